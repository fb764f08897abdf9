import { randomUUID } from 'node:crypto';
import type { SyncReport } from '../../sync/report.ts';
import type { SyncInput } from '../../sync/sync.ts';
import { tracedSync } from '../../sync/sync-span.ts';
import type { Clock } from '../../time/clock.ts';
import { EXIT } from '../exit-code.ts';
import type { Clients } from '../clients.ts';
import type { Interruption } from '../interruption.ts';
import type { Presenter } from './presenter.ts';

export interface Rounds {
  /** The same clients and the same memory for every round. */
  readonly clients: Clients;
  readonly settings: SyncInput['settings'];
  /** The hash of held changes that may be made, once. */
  readonly approval: string | undefined;
  /** Milliseconds between two rounds; undefined: one round. */
  readonly napMs: number | undefined;
  readonly presenter: Presenter;
  readonly clock: Clock;
}

/**
 * Runs one sync, or one after the other for ever. A round that fails is told, and the next one runs
 * after the nap. Resolves with the exit code: of the only round, or of the signal that ended them.
 */
export async function runRounds(rounds: Rounds, interruption: Interruption): Promise<number> {
  const { napMs, presenter, clock } = rounds;
  const { signal } = interruption;
  let { approval } = rounds;
  for (let round = 0; ; round += 1) {
    const id = randomUUID();
    const { source, tenant, memory } = rounds.clients;
    rounds.clients.correlate(id);
    presenter.begins(id);
    const input: SyncInput = {
      id,
      source,
      tenant,
      memory,
      settings: rounds.settings,
      force: false,
      newSettings: round === 0,
      approval,
      onApproved: () => {
        approval = undefined;
        return Promise.resolve();
      },
      observer: presenter.observer,
      clock,
    };
    const code = await runRound(input, presenter, interruption);
    if (signal.aborted || napMs === undefined) return code;
    presenter.napping(napMs);
    try {
      await clock.sleep(napMs, signal);
    } catch {
      // Nothing was under way.
      return EXIT.DONE;
    }
  }
}

async function runRound(
  input: SyncInput,
  presenter: Presenter,
  interruption: Interruption,
): Promise<number> {
  try {
    const report = await tracedSync(input, interruption.signal);
    presenter.ended(report);
    return exitCodeOf(report, interruption);
  } catch (error) {
    // A mistake in this program: for ever means that it may not end the rounds either.
    presenter.crashed(error);
    return EXIT.FAILED;
  }
}

/** What the end of a round means for scripts. */
export function exitCodeOf(report: SyncReport, interruption: Interruption): number {
  if (report.outcome === 'interrupted') return interruption.exitCode() ?? EXIT.FAILED;
  if (report.outcome === 'failed') return EXIT.FAILED;
  const { applied, decision } = report;
  const isHeld = decision?.held !== undefined && decision.planned === undefined;
  return applied.failed > 0 || isHeld ? EXIT.PARTLY : EXIT.DONE;
}
