import { formatDuration } from '../../api/duration.ts';
import type { Phase } from '../../sync/observer.ts';
import type { Clock } from '../../time/clock.ts';
import { grouped } from '../../api/count.ts';
import { createRateMeter } from './rate-meter.ts';
import type { Output } from './style.ts';

export interface ProgressBar {
  /** How far a phase is; `total` is 0 while it is not known. */
  progress(phase: Phase, done: number, total: number): void;
  /** Writes a line above the bar. */
  print(line: string): void;
  /** Takes the bar away, until the next progress. */
  clear(): void;
}

export interface ProgressBarOptions {
  readonly output: Output;
  readonly clock: Clock;
  /** Milliseconds that `left` further steps of a phase will take; undefined: nobody knows. */
  readonly remaining: (phase: Phase, left: number) => number | undefined;
}

const LABELS: Readonly<Record<Phase, string>> = {
  ReadingInstitutions: 'Reading THE',
  ReadingOrganizations: 'Reading organizations',
  Applying: 'Applying changes',
  CheckingConnections: 'Checking connections',
};

/** Enough for the eye, and little for a slow terminal. */
const REDRAW_MS = 100;
/** Columns where the output does not say how many it has. */
const COLUMNS = 80;
const CLEAR_LINE = '\r\u{1b}[K';

/** A line that tells phase, part done, rate and remaining time. Its ticks end with the signal. */
export function startProgressBar(options: ProgressBarOptions, signal: AbortSignal): ProgressBar {
  const { output, clock } = options;
  const meter = createRateMeter(clock);
  let now: { readonly phase: Phase; readonly done: number; readonly total: number } | undefined;
  let drawnAt = -Infinity;

  function draw(): void {
    if (now === undefined) return;
    drawnAt = clock.now();
    const { phase, done, total } = now;
    const left = total > 0 ? options.remaining(phase, total - done) : undefined;
    const line = progressLine(
      { label: LABELS[phase], done, total, perSecond: meter.perSecond(), remainingMs: left },
      output.columns ?? COLUMNS,
    );
    output.write(CLEAR_LINE + line);
  }

  async function tick(): Promise<void> {
    for (;;) {
      await clock.sleep(1000, signal);
      draw();
    }
  }
  tick().catch(() => {
    // The signal has ended it.
  });

  return {
    progress(phase, done, total) {
      if (now?.phase !== phase) meter.restart();
      const isNew = now?.phase !== phase;
      now = { phase, done, total };
      meter.reached(done);
      if (isNew || clock.now() - drawnAt >= REDRAW_MS) draw();
    },
    print(line) {
      output.write(`${now === undefined ? '' : CLEAR_LINE}${line}\n`);
      draw();
    },
    clear() {
      if (now !== undefined) output.write(CLEAR_LINE);
      now = undefined;
    },
  };
}

interface Standing {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly perSecond: number | undefined;
  readonly remainingMs: number | undefined;
}

const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;

/** One line that is never wider than `columns`; the bar takes the room that the words leave. */
export function progressLine(standing: Standing, columns: number): string {
  const { label, done, total, perSecond, remainingMs } = standing;
  const words = [
    total > 0 ? `${grouped(done)} / ${grouped(total)}` : done > 0 ? grouped(done) : '…',
    total > 0 ? `${Math.floor((100 * done) / total)} %` : '',
    perSecond === undefined ? '' : rateText(perSecond),
    remainingMs === undefined ? '' : `${formatDuration(remainingMs)} left`,
  ].filter((word) => word !== '');
  const text = words.join('  ');
  const room = columns - 1 - label.length - text.length - '  []  '.length;
  const width = Math.min(WIDEST_BAR, room);
  const bar = total > 0 && width >= NARROWEST_BAR ? `  [${filled(done / total, width)}]  ` : '  ';
  return `${label}${bar}${text}`.slice(0, Math.max(0, columns - 1));
}

function filled(part: number, width: number): string {
  const full = Math.round(Math.min(1, part) * width);
  return '#'.repeat(full) + '-'.repeat(width - full);
}

function rateText(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
}
