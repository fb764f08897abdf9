import { expect } from 'chai';
import { ROWS } from './answers.ts';
import { BELIEVABLE_LISTINGS } from './believable-listings.ts';
import { managed, rowsAnswer, startEngine, UNLIMITED, type Engine } from './engine.ts';
import { FAULTY_LISTINGS } from './faulty-listings.ts';
import { FAULTY_TENANT_LISTINGS } from './faulty-tenant-listings.ts';

const BELIEVABLE = Object.entries(BELIEVABLE_LISTINGS);
const COUNT = FAULTY_LISTINGS.length + BELIEVABLE.length + FAULTY_TENANT_LISTINGS.length;

describe(`${COUNT} attempts at mass deletion`, function () {
  this.timeout(20_000);
  const staff = { name: 'staff', display_name: 'Staff' };
  let engine: Engine;
  let attempts = 0;
  let deletions = 0;

  async function start(): Promise<void> {
    engine = await startEngine();
    engine.auth0.seed([...managed(ROWS), staff]);
  }
  async function end(): Promise<void> {
    deletions += engine.writes('DELETE');
    await engine[Symbol.asyncDispose]();
  }

  describe('without limits, THE gives', () => {
    // None of these changes anything, so one tenant serves for all.
    before(start);
    after(end);

    for (const { title, answer, fault, minimum } of FAULTY_LISTINGS) {
      it(title, async () => {
        await engine.restart(minimum);
        const before = engine.auth0.organizations();
        for (const isFirst of [true, false]) {
          engine.answer = answer;
          const report = await engine.sync(UNLIMITED, { force: true });
          // THE may well say that nothing has changed once there was something.
          const isFine = title.startsWith('status 304') && !isFirst;
          expect(report.fault?.reason ?? 'none').to.equal(isFine ? 'none' : fault);
          engine.answer = rowsAnswer(ROWS);
          expect(await engine.sync(UNLIMITED)).to.include({ outcome: 'done' });
        }
        expect(engine.auth0.organizations()).to.deep.equal(before);
        expect(engine.writes()).to.equal(0);
        attempts += 1;
      });
    }
  });

  describe('with the usual limits, THE gives', () => {
    beforeEach(start);
    afterEach(end);

    for (const [title, answer] of BELIEVABLE) {
      it(`${title}: the removals are held`, async () => {
        engine.answer = answer;
        for (let again = 0; again < 2; again += 1) {
          const { outcome, decision } = await engine.sync();
          expect(outcome).to.equal('done');
          expect(decision?.held?.deletions).to.be.at.least(4);
        }
        expect(engine.names()).to.include.members([...ROWS.map(({ iid }) => iid), 'staff']);
        attempts += 1;
      });
    }
  });

  describe('without limits, Auth0 gives', () => {
    beforeEach(start);
    afterEach(end);

    for (const { title, spoil, fault, left } of FAULTY_TENANT_LISTINGS) {
      it(title, async () => {
        const before = engine.names();
        engine.answer = rowsAnswer(ROWS.slice(0, left));
        for (let again = 0; again < 2; again += 1) {
          engine.auth0.clearFaults();
          spoil(engine.auth0);
          const report = await engine.sync(UNLIMITED);
          expect(report.fault?.reason ?? 'none').to.equal(fault);
        }
        expect(engine.names()).to.include.members(before);
        attempts += 1;
      });
    }
  });

  describe('in all', () => {
    beforeEach(start);
    afterEach(() => engine[Symbol.asyncDispose]());

    it('have deleted 0 organizations', () => {
      expect({ attempts, deletions }).to.deep.equal({ attempts: COUNT, deletions: 0 });
    });

    // Without this, the attempts might fail for want of trying.
    it('would delete, were they true', async () => {
      engine.answer = rowsAnswer(ROWS.slice(0, 30));
      const { applied } = await engine.sync(UNLIMITED);
      expect(applied.deleted).to.equal(30);
      expect(engine.names()).to.have.length(31);
    });
  });
});
