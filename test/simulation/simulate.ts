/**
 * The deterministic simulation: the whole operator (leases, watches, work queue, reconciler, engine,
 * pacing) against models of the API server, of Auth0 and of THE, on a virtual clock.
 *
 * - A seed is a world: how many replicas, which plan and limits the tenant has, how THE counts, which
 *   objects there are, and all that happens. The same seed gives the same run, to the last step.
 * - Time (`timeline.ts`) passes only when all work that is ready has been done. What reaches a
 *   process (`machine.ts`) comes through one door, and before each delivery and each request the
 *   process may be killed; it may be paused before each delivery, as by SIGSTOP, while time goes on.
 * - The models: `api-*.ts`, an API server with versions, conflicts, finalizers, watches, history;
 *   `model-tenant.ts`, the sandbox's Auth0 with its limits; `model-the.ts`, THE and its faulty scans.
 *   The ways to them (`network.ts`, `weather.ts`) refuse, lose, delay, break and garble.
 * - People (`people-*.ts`) edit the tenant, the objects, the Secrets, and THE's list meanwhile.
 * - `knowledge.ts` notes what each process was told. `guards.ts` and `judge-*.ts` hold every write
 *   against it, when it is sent and when it takes effect; `violation.ts` lists what must never be.
 * - In the end (`settle.ts`, `ending.ts`) the faults stop, and the tenant must become equal to THE,
 *   the status true, and everything closed.
 *
 * `npm run simulate -- --seeds 1000` plays many seeds; `--seed 42 --trace` shows one.
 */
import { aftershock, auth0Aftershock, handOver } from './aftershocks.ts';
import { furnish, rage } from './chaos.ts';
import { close, stayQuiet } from './quiet.ts';
import { calm, settle } from './settle.ts';
import type { Tally } from './tally.ts';
import { Violation } from './violation.ts';
import { createWorld } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly violation: Violation | undefined;
  /** Deliveries, arrivals, timers and deeds. */
  readonly steps: number;
  /** Follows from all steps: the same for the same run. */
  readonly fingerprint: string;
  /** How long it took on the virtual clock. */
  readonly virtualMs: number;
  readonly tally: Tally;
  /** What happened, line by line, where asked for. */
  readonly trace: readonly string[];
}

/**
 * Plays one seed: a storm of faults, edits and crashes; then calm, until the tenant equals THE and
 * the status is true; then an orderly end. The same seed gives the same outcome, to the last step.
 */
export async function simulate(
  seed: number,
  options: { readonly trace?: boolean } = {},
): Promise<Outcome> {
  const tally: Tally = new Map();
  const trace: string[] = [];
  const world = createWorld(seed, tally, options.trace === true ? trace : undefined);
  const { timeline, cluster } = world;
  const begun = timeline.now();
  let violation: Violation | undefined;
  const { stackTraceLimit } = Error;
  // Stacks cost a tenth of the time, and only a replay shows them.
  if (options.trace !== true) Error.stackTraceLimit = 0;
  const restore = onUnhandledRejection((reason) =>
    world.guards.fail('unexpected error', `nobody handles: ${stackOf(reason)}`),
  );
  try {
    furnish(world);
    cluster.start();
    await rage(world);
    calm(world);
    await settle(world);
    await aftershock(world);
    await auth0Aftershock(world);
    await handOver(world);
    await stayQuiet(world);
    await close(world);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error;
    for (const object of world.kubectl.objects()) world.note(() => JSON.stringify(object));
    for (const { id, body } of world.tenant.organizations.all()) {
      world.note(() => `${id} ${JSON.stringify(body)}`);
    }
    world.note(() => JSON.stringify(world.the.rows()));
    for (const machine of cluster.machines()) machine.kill();
  } finally {
    restore();
    Error.stackTraceLimit = stackTraceLimit;
  }
  return {
    seed,
    violation,
    steps: timeline.steps(),
    fingerprint: timeline.fingerprint(),
    virtualMs: timeline.now() - begun,
    tally,
    trace,
  };
}

/** Node ends a process for these, so here they are violations; `restore` brings back other listeners. */
function onUnhandledRejection(listener: (reason: unknown) => void): () => void {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listener);
  return () => {
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
  };
}

function stackOf(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
