import { expect } from 'chai';
import * as fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { Refusal } from '../../../src/auth0/refusal.ts';
import type { Listing } from '../../../src/institutions/institution.ts';
import { differences } from '../../../src/sync/desired.ts';
import { markOf, ownership } from '../../../src/sync/ownership.ts';
import type { SyncReport } from '../../../src/sync/report.ts';
import { emptyMemory } from '../../../src/sync/snapshot.ts';
import { histories, runs } from './arbitraries.ts';
import { writes } from './memory-tenant.ts';
import { contents, createWorld, HOUR, NO_LIMITS, run, type World } from './world.ts';

type Trouble = 'none' | 'refused' | 'lost before' | 'lost after';

/** What befalls one call after the other; when it is used up, all goes well. */
const troubles = fc.array(
  fc.constantFrom<Trouble>('none', 'none', 'none', 'refused', 'lost before', 'lost after'),
  { maxLength: 30 },
);

const limits = fc.constantFrom(
  NO_LIMITS,
  {
    deletions: { kind: 'percent' as const, value: 30 },
    updates: { kind: 'percent' as const, value: 50 },
  },
  {
    deletions: { kind: 'count' as const, value: 1 },
    updates: { kind: 'count' as const, value: 1 },
  },
);

const stories = fc.record({
  history: histories,
  troubles,
  limits,
  prune: fc.boolean(),
  /** Which syncs a new process makes, and which wait for the drift interval to pass. */
  restarts: fc.array(fc.boolean(), { maxLength: 5 }),
  waits: fc.array(fc.boolean(), { maxLength: 5 }),
});

type Story = typeof stories extends fc.Arbitrary<infer Value> ? Value : never;

function worldOf({ history, limits, prune }: Story): World {
  const { seed, listing, settings } = history.scenario;
  const world = createWorld([], seed, { ...settings, limits, prune });
  world.listing = listing;
  return world;
}

/** Lets trouble befall the writes of the world, and the reads that go with them. */
function befall(world: World, list: readonly Trouble[]): void {
  const queue = [...list];
  let now: Trouble = 'none';
  world.tenant.before = (line) => {
    now = line.startsWith('SCOPES') ? 'none' : (queue.shift() ?? 'none');
    if (now === 'refused' && !line.startsWith('LIST')) throw new Refusal(400, 'no');
    if (now === 'lost before') throw new Fault('TargetUnavailable', 'down');
  };
  world.tenant.after = () => {
    const lost = now === 'lost after';
    now = 'none';
    if (lost) throw new Fault('TargetUnavailable', 'down');
  };
}

/** Syncs once for each listing; `check` sees every sync. */
async function tell(
  story: Story,
  world: World,
  check: (report: SyncReport, listing: Listing, calls: readonly string[]) => void,
): Promise<void> {
  befall(world, story.troubles);
  const { scenario, later } = story.history;
  for (const [index, listing] of [scenario.listing, ...later].entries()) {
    if (story.restarts[index] === true) world.memory = emptyMemory();
    world.now += story.waits[index] === true ? HOUR : 1_000;
    world.listing = listing;
    world.tenant.calls.length = 0;
    const report = await run(world);
    check(report, listing, [...world.tenant.calls]);
  }
}

describe('laws of a sync', () => {
  it('what is not managed at first is never changed nor removed, save by adoption', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = worldOf(story);
        const { seed, settings } = story.history.scenario;
        const { managed } = ownership(seed);
        const mine = new Set([...managed.values()].map(({ id }) => id));
        const listed = new Set<string>();
        await tell(story, world, (_, listing) => {
          for (const { id } of listing.institutions) listed.add(id);
          for (const each of seed) {
            if (mine.has(each.id)) continue;
            const mayBeAdopted =
              settings.adopt && markOf(each) === undefined && listed.has(each.name);
            if (!mayBeAdopted) {
              expect(world.tenant.organizations.get(each.id)).to.equal(each);
            }
          }
        });
      }),
      runs(300),
    );
  });

  it('the organization of a listed or skipped institution is never removed', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = worldOf(story);
        let before = new Map(world.tenant.organizations);
        await tell(story, world, (_, listing, calls) => {
          const kept = new Set([...listing.institutions, ...listing.skipped].map(({ id }) => id));
          for (const line of calls) {
            if (!line.startsWith('DELETE ')) continue;
            const organization = before.get(line.slice('DELETE '.length));
            expect(kept.has(organization && markOf(organization))).to.equal(false);
          }
          before = new Map(world.tenant.organizations);
        });
      }),
      runs(300),
    );
  });

  it('no name is ever doubled, and no more is changed than the limits and prune allow', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = worldOf(story);
        await tell(story, world, ({ decision, applied }, _, calls) => {
          const names = [...world.tenant.organizations.values()].map(({ name }) => name);
          expect(new Set(names).size).to.equal(names.length);
          const deleted = calls.filter((line) => line.startsWith('DELETE')).length;
          expect(deleted).to.be.at.most(decision?.allowed.removals.length ?? 0);
          if (!story.prune) expect(deleted).to.equal(0);
          const { allowed } = decision ?? {};
          const most = allowed
            ? allowed.renames.length + allowed.updates.length + allowed.creations.length
            : 0;
          expect(applied.created + applied.updated).to.be.at.most(most);
        });
      }),
      runs(300),
    );
  });

  it('after each sync the memory equals the tenant, or is in doubt', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = worldOf(story);
        await tell(story, world, () => {
          if (world.memory.readAt === undefined) return;
          expect(world.memory.organizations).to.deep.equal(world.tenant.organizations);
        });
      }),
      runs(300),
    );
  });

  it('each change is done, failed, spared or left, and the report counts the tenant', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = worldOf(story);
        await tell(story, world, (report, listing) => {
          const { applied, decision, organizations } = report;
          if (decision === undefined) return;
          const { renames, creations, updates, removals } = decision.allowed;
          expect(
            applied.created +
              applied.updated +
              applied.deleted +
              applied.spared +
              applied.failed +
              applied.left,
          ).to.equal(renames.length + creations.length + updates.length + removals.length);
          if (world.memory.readAt === undefined) return;
          const owned = ownership(world.tenant.organizations.values());
          const inSync = listing.institutions.filter((institution) => {
            const organization = owned.managed.get(institution.id);
            return organization && !differences(organization, institution, world.settings.fields);
          });
          expect(organizations).to.deep.equal({
            total: world.tenant.organizations.size,
            managed: owned.managed.size,
            inSync: inSync.length,
            unmanaged: world.tenant.organizations.size - owned.managed.size,
            conflicts: report.conflicts.length,
          });
        });
      }),
      runs(300),
    );
  });

  it('whatever happened, two quiet syncs later there is nothing left to do', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const quiet = { ...story, limits: NO_LIMITS };
        const world = worldOf(quiet);
        await tell(quiet, world, () => {});
        befall(world, []);
        // The second for a name that a removal has freed.
        await run(world);
        await run(world);
        world.tenant.calls.length = 0;
        const last = await run(world, { force: true });
        expect(last.outcome).to.equal('done');
        expect(writes(world.tenant)).to.deep.equal([]);
        const { managed } = ownership(world.tenant.organizations.values());
        const conflicts = new Set(last.conflicts.map(({ institutionId }) => institutionId));
        for (const { id, name } of world.listing.institutions) {
          if (!conflicts.has(id))
            expect(managed.get(id)).to.include({ name: id, displayName: name });
        }
      }),
      runs(300),
    );
  });

  it('troubles and restarts change nothing about the result for a tenant that only we write', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const { scenario, later } = story.history;
        // The organization of a skipped row is kept, if it was ever made: that depends on the past.
        const history = {
          scenario: { ...scenario, seed: [], listing: { ...scenario.listing, skipped: [] } },
          later: later.map((listing) => ({ ...listing, skipped: [] })),
        };
        const own = { ...story, limits: NO_LIMITS, prune: true, history };
        const troubled = worldOf(own);
        await tell(own, troubled, () => {});
        befall(troubled, []);
        await run(troubled);
        const smooth = worldOf(own);
        await tell({ ...own, troubles: [], restarts: [], waits: [] }, smooth, () => {});
        expect(contents(troubled.tenant)).to.deep.equal(contents(smooth.tenant));
      }),
      runs(300),
    );
  });
});
