import { expect } from 'chai';
import type { Listing } from '../../../src/institutions/institution.ts';
import { missingOnce, writes } from './memory-tenant.ts';
import { listing, organization } from './rows.ts';
import { createSyncedWorld, run, type World } from './world.ts';

const IDS = Array.from({ length: 40 }, (_, index) => `i-${String(index).padStart(8, '0')}`);

/** THE gives these listings, one after the other, then the last one again and again. */
function sourceThatSays(...listings: readonly Listing[]) {
  let asked = 0;
  return {
    asked: () => asked,
    list: async () => listings[Math.min(asked++, listings.length - 1)] ?? listing([]),
    requestCount: () => asked,
  };
}

describe('confirmRemovals', () => {
  const whole = listing(IDS);
  const withoutOne = listing(IDS.slice(1));
  let world: World;

  beforeEach(async () => {
    world = await createSyncedWorld(IDS);
  });

  it('spares an organization whose institution only one of two listings has missed', async () => {
    const source = sourceThatSays(withoutOne, whole);
    const report = await run(world, { source });
    expect(writes(world.tenant)).to.deep.equal([]);
    expect(report.outcome).to.equal('done');
  });

  it('removes what both listings have not', async () => {
    const source = sourceThatSays(withoutOne);
    await run(world, { source });
    expect(writes(world.tenant)).to.have.length(1);
    expect(source.asked()).to.equal(2);
  });

  it('keeps it when the second listing has it as a skipped row', async () => {
    const skipped = { ...withoutOne, skipped: [{ id: IDS[0], why: 'no name' }] };
    await run(world, { source: sourceThatSays(withoutOne, skipped) });
    expect(writes(world.tenant)).to.deep.equal([]);
  });

  it('asks only once when nothing would be removed', async () => {
    const source = sourceThatSays(whole);
    await run(world, { source });
    expect(source.asked()).to.equal(1);
  });

  it('asks only once when removals are not wanted', async () => {
    world.settings = { ...world.settings, prune: false };
    const source = sourceThatSays(withoutOne);
    await run(world, { source });
    expect(source.asked()).to.equal(1);
  });
});

describe('isByMarkAlone', () => {
  const kept = listing(IDS.slice(1));
  const gone = IDS[0] ?? '';
  let world: World;

  beforeEach(async () => {
    world = await createSyncedWorld(IDS);
    world.listing = kept;
    rename(`org_${gone}`, 'renamed');
    world.memory.readAt = undefined;
  });

  function rename(id: string, name: string): void {
    const before = world.tenant.organizations.get(id);
    if (before === undefined) throw new Error(`no ${id}`);
    world.tenant.organizations.set(id, { ...before, name });
  }
  const listings = () => world.tenant.calls.filter((call) => call === 'LIST 0').length;

  it('removes what is ours by its mark alone when two readings show it alone', async () => {
    await run(world);
    expect(writes(world.tenant)).to.deep.equal([`DELETE org_${gone}`]);
    expect(listings()).to.equal(2);
  });

  it('spares it when one of two readings has missed another one with its mark', async () => {
    world.tenant.organizations.set(
      'org_copy',
      organization('org_copy', 'copy', { institutionId: gone }),
    );
    for (const id of [`org_${gone}`, 'org_copy']) {
      world.memory.readAt = undefined;
      const report = await run(world, { tenant: missingOnce(world.tenant, id) });
      expect(report.outcome).to.equal('done');
      expect(writes(world.tenant)).to.deep.equal([]);
    }
  });

  it('spares it when the second reading has missed another one with its mark', async () => {
    const [, second = ''] = IDS;
    world.listing = listing(IDS.slice(2));
    rename(`org_${second}`, 'renamed too');
    const copy = organization('org_copy', 'copy', { institutionId: second });
    world.tenant.organizations.set(copy.id, copy);
    await run(world, { tenant: missingOnce(world.tenant, copy.id, 2) });
    expect(writes(world.tenant)).to.deep.equal([`DELETE org_${gone}`]);
  });

  it('reads again also when the plan was made from memory', async () => {
    await run(world, { tenant: world.tenant });
    world.tenant.calls.length = 0;
    rename(`org_${IDS[1]}`, 'renamed too');
    world.memory.readAt = undefined;
    world.settings = { ...world.settings, prune: false };
    world.listing = listing(IDS.slice(2));
    await run(world);
    world.settings = { ...world.settings, prune: true };
    world.tenant.organizations.set(
      'org_copy',
      organization('org_copy', 'copy', { institutionId: IDS[1] ?? '' }),
    );
    world.tenant.calls.length = 0;
    await run(world);
    expect(writes(world.tenant)).to.deep.equal([]);
    expect(listings()).to.equal(1);
  });

  it('counts what one reading has missed too, when it is to be held', async () => {
    rename(`org_${IDS[1]}`, 'renamed too');
    rename(`org_${IDS[2]}`, 'renamed as well');
    world.listing = listing(IDS.slice(3));
    const report = await run(world, { tenant: missingOnce(world.tenant, `org_${gone}`) });
    expect(report.decision?.held?.deletions).to.equal(3);
    expect(writes(world.tenant)).to.deep.equal([]);
  });

  it('reads once when names and marks agree, or when removals are not wanted', async () => {
    rename(`org_${gone}`, gone);
    await run(world);
    expect(listings()).to.equal(1);
    rename(`org_${IDS[1]}`, 'renamed too');
    world.listing = listing(IDS.slice(2));
    world.memory.readAt = undefined;
    world.settings = { ...world.settings, prune: false };
    await run(world);
    expect(listings()).to.equal(2);
  });
});
