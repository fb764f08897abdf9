import { expect } from 'chai';
import { EXIT } from '../../../src/cli/exit-code.ts';
import { runRounds } from '../../../src/cli/rounds/run-rounds.ts';
import type { SyncReport } from '../../../src/sync/report.ts';
import { recordingLog } from '../../integration/institutions/open.ts';
import { recordingObserver } from '../sync/memory-tenant.ts';
import { ids, listing } from '../sync/rows.ts';
import { createSyncedWorld, type World } from '../sync/world.ts';

/** So many rounds with this approval; the reports of their syncs. */
async function rounds(world: World, count: number, approval: string | undefined) {
  const reports: SyncReport[] = [];
  const stop = new AbortController();
  const presenter = {
    log: recordingLog(),
    begins() {},
    observer: recordingObserver(),
    ended: (report: SyncReport) => void reports.push(report),
    computed() {},
    crashed() {},
    napping() {},
    stopping() {},
    givingUp() {},
  };
  const code = await runRounds(
    {
      clients: {
        tenant: world.tenant,
        source: { list: async () => world.listing, requestCount: () => 0 },
        memory: world.memory,
        correlate() {},
      },
      settings: world.settings,
      approval,
      napMs: 1_000,
      presenter,
      clock: {
        now: () => world.now,
        async sleep(_ms, signal) {
          if (reports.length === count) stop.abort(new Error('stop'));
          signal.throwIfAborted();
        },
      },
    },
    { signal: stop.signal, exitCode: () => undefined, end() {} },
  );
  return { reports, code };
}

describe('runRounds', () => {
  it('releases held changes once, even when Auth0 refuses them all', async () => {
    const world = await createSyncedWorld(ids(20));
    world.listing = listing(ids(10));
    const { reports: first } = await rounds(world, 1, undefined);
    const approval = first[0]?.decision?.held?.planHash;
    world.tenant.faults.set('DELETE', 403);
    const { reports, code } = await rounds(world, 3, approval);
    expect(reports.map(({ applied }) => applied.failed)).to.deep.equal([10, 0, 0]);
    expect(reports.map(({ decision }) => decision?.held?.planHash)).to.deep.equal([
      undefined,
      approval,
      approval,
    ]);
    expect(code).to.equal(EXIT.DONE);
    expect(world.tenant.organizations.size).to.equal(20);
  });
});
