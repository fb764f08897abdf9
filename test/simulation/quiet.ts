import { parseDuration } from '../../src/api/duration.ts';
import { runTo } from './chaos.ts';
import { GRACE_MS } from './cluster.ts';
import { specOf } from './knowledge.ts';
import { ownerAmong } from './settle.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const QUIET_MS = 20_000;

/** In quiet, syncs come one nap after the other, and no lost watch adds to them. */
export async function stayQuiet(world: World): Promise<void> {
  const { timeline, kubectl, knowledge, cluster, api, guards } = world;
  const begun = timeline.now();
  api.watches.disturb();
  await runTo(world, begun + QUIET_MS);
  const owner = ownerAmong(kubectl.objects());
  if (owner === undefined) return;
  const napMs = parseDuration(specOf(owner).nap);
  for (const machine of cluster.machines()) {
    for (const { runs } of knowledge.sessions(machine)) {
      const since = runs.filter((at) => at > begun).length;
      if (since > QUIET_MS / napMs + 1) guards.fail('sync storm', `${since} syncs in quiet`);
    }
  }
}

/** Ends all processes in good order: everything must be closed. */
export async function close(world: World): Promise<void> {
  const { cluster, timeline } = world;
  cluster.isReplacing = false;
  const machines = cluster.machines();
  for (const machine of machines) cluster.stop(machine);
  await runTo(world, timeline.now() + GRACE_MS - 1);
  const late = cluster.machines();
  if (late.length > 0) {
    throw new Violation('left open', `${late.map(({ name }) => name).join(' ')} did not end`);
  }
  const [leak] = cluster.leaks();
  if (leak !== undefined) throw new Violation('left open', leak);
}
