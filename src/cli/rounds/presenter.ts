import type { Observer } from '../../sync/observer.ts';
import type { SyncReport } from '../../sync/report.ts';
import type { Log } from '../../telemetry/log.ts';
import type { StopSignal } from '../exit-code.ts';

/** Shows a person, or whoever collects logs, what happens. */
export interface Presenter {
  /** For what the clients have to say. */
  readonly log: Log;
  readonly observer: Observer;
  /** A round begins; its changes are recorded under this id. */
  begins(id: string): void;
  /** A round has ended, well or not. */
  ended(report: SyncReport): void;
  /** What was to be computed is known, and shown by others. */
  computed(): void;
  /** A round has ended by a mistake in this program. */
  crashed(error: unknown): void;
  /** The next round begins in this many milliseconds. */
  napping(ms: number): void;
  /** A signal came: what is in flight is being finished. */
  stopping(name: StopSignal): void;
  /** It could not be finished in time, or a second signal came. */
  givingUp(): void;
}

export type Verbosity = 'quiet' | 'normal' | 'verbose';
