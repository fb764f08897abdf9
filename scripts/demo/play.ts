import { once } from 'node:events';
import type { Output } from '../../src/cli/screen/style.ts';
import type { Demo } from './show.ts';
import { openLedger } from './ledger.ts';
import type { DemoOptions } from './options.ts';
import { change } from './scenes/change.ts';
import { connect } from './scenes/connect.ts';
import { fill } from './scenes/fill.ts';
import { install } from './scenes/install.ts';
import { introduce, present } from './scenes/present.ts';
import { invite } from './scenes/invite.ts';
import { hold, recover, survive } from './scenes/protect.ts';
import { sumUp } from './scenes/sum-up.ts';
import { openScreen } from './screen.ts';
import { openShell } from './shell.ts';
import { openStage } from './stage.ts';

/**
 * Plays the whole demo: a cluster and two services, the installation, the first sync, changes, and
 * what protects the tenant. With `keep`, it stays until `signal` aborts. Everything that it has
 * started and written is gone when it settles. Rejects when something fails, or with the signal's
 * reason.
 */
export async function play(
  options: DemoOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const ending = AbortSignal.any([signal, failure.signal]);
  const paced = output.isTTY === true && !options.fast;
  const screen = openScreen(output, process.env, paced, ending);
  const startedAt = performance.now();

  await introduce(screen);
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await openStage(options, (line) => screen.output([line]), ending));
  const { auth0, the, lifeline, environment } = stage;
  const demo: Demo = {
    options,
    stage,
    screen,
    shell: openShell({ lifeline, environment, signal: ending }),
    ledger: openLedger(auth0, the),
    signal: ending,
    fail: (why) => failure.abort(why),
    syncs: [],
  };

  await present(demo);
  const controller = await install(demo);
  stack.defer(() => controller.stop(ending.aborted ? 'SIGKILL' : 'SIGTERM'));
  try {
    for (const scene of [connect, fill, change, survive, hold, recover]) await scene(demo);
  } catch (error) {
    if (ending.aborted) throw error;
    throw await controller.withLog(error instanceof Error ? error.message : String(error));
  }
  await sumUp(demo, (performance.now() - startedAt) / 1000);
  if (!options.keep) return;

  stack.use(await invite(demo));
  if (!ending.aborted) await once(ending, 'abort');
  failure.signal.throwIfAborted();
}
