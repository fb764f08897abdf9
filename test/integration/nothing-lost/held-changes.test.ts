import { expect } from 'chai';
import type { SyncReport } from '../../../src/sync/report.ts';
import { ROWS } from './answers.ts';
import { rowsAnswer, startEngine, type Engine, type Row } from './engine.ts';
import { bringInSync } from './in-sync.ts';

const SPEC = { limits: { deletions: '5%', updates: '10%' } };

/** The first `count` institutions have another name. */
function renamed(count: number): readonly Row[] {
  return ROWS.map((row, index) =>
    index < count ? { ...row, name: `New ${String(row['name'])}` } : row,
  );
}

describe('a storm of new names', function () {
  this.timeout(20_000);
  let engine: Engine;

  beforeEach(async () => {
    engine = await startEngine();
    await bringInSync(engine, SPEC);
  });
  afterEach(() => engine[Symbol.asyncDispose]());

  async function held(institutions: readonly Row[], approval?: string): Promise<SyncReport> {
    engine.answer = rowsAnswer(institutions);
    return engine.sync(SPEC, { approval });
  }

  it('is held like one of deletions, and released by the approval of exactly these', async () => {
    const { decision, applied } = await held(renamed(60));
    expect(decision?.held).to.include({ updates: 60, deletions: 0 });
    expect(applied.updated).to.equal(0);
    expect(engine.writes()).to.equal(0);

    const released = await held(renamed(60), decision?.held?.planHash);
    expect(released.applied).to.include({ updated: 60, failed: 0 });
    expect(released.decision?.held).to.equal(undefined);
  });

  it('is not released when it has changed since', async () => {
    const approval = (await held(renamed(60))).decision?.held?.planHash;
    const [first, ...others] = renamed(60);
    const other = { ...first, name: 'Newer' };
    for (const changed of [renamed(59), [other, ...others], others]) {
      expect((await held(changed, approval)).applied.updated).to.equal(0);
    }
    expect(engine.writes('PATCH')).to.equal(0);
  });

  it('does not hold a few new names, nor removals within their limit', async () => {
    expect((await held(renamed(6))).applied).to.include({ updated: 6 });
    expect((await held(renamed(60).slice(3))).applied).to.include({ updated: 0, deleted: 3 });
  });
});
