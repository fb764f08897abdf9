import { expect } from 'chai';
import type { Listing } from '../../../src/institutions/institution.ts';
import { writes } from './memory-tenant.ts';
import { listing } from './rows.ts';
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
