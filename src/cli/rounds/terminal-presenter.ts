import { formatDuration } from '../../api/duration.ts';
import type { Audit } from '../../sync/audit.ts';
import type { Clock } from '../../time/clock.ts';
import { grouped } from '../../api/count.ts';
import { printable } from '../screen/printable.ts';
import type { ProgressBar } from '../screen/progress-bar.ts';
import { roundSummary } from '../screen/round-summary.ts';
import type { Style } from '../screen/style.ts';
import { terminalLog } from '../screen/terminal-log.ts';
import type { Wording } from '../wording.ts';
import type { Presenter, Verbosity } from './presenter.ts';

export interface TerminalOptions {
  readonly verbosity: Verbosity;
  /** Undefined where none is wanted. */
  readonly bar: ProgressBar | undefined;
  /** Writes a line, above the bar where there is one. */
  readonly print: (line: string) => void;
  readonly style: Style;
  readonly clock: Clock;
  readonly wording: Wording;
  /** Takes known secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** Shows rounds to a person: a bar while they run, a summary after each. */
export function terminalPresenter(options: TerminalOptions): Presenter {
  const { verbosity, bar, print, style, clock, redact, wording } = options;

  function changed({ operation, institutionId, organizationId }: Audit): void {
    if (verbosity !== 'verbose') return;
    print(
      style('dim', `  ${operation} ${printable(institutionId)} (${printable(organizationId)})`),
    );
  }

  let napping = false;
  let reached = '';

  return {
    log: terminalLog({ verbosity, style, print: (line) => print(redact(line)) }),
    observer: {
      progress(phase, done, total) {
        napping = false;
        reached = total > 0 ? ` at ${grouped(done)} of ${grouped(total)}` : '';
        bar?.progress(phase, done, total);
      },
      changed,
      failed(operation, institutionId, message) {
        if (verbosity !== 'verbose') return;
        const what = `${operation} ${printable(institutionId)}: ${printable(message)}`;
        print(redact(style('red', `  failed: ${what}`)));
      },
    },
    begins: () => {},
    ended(report) {
      bar?.clear();
      const isFine =
        report.outcome === 'done' && report.applied.failed === 0 && !report.decision?.held;
      if (verbosity === 'quiet' && isFine) return;
      for (const line of roundSummary(report, { style, wording })) print(redact(line));
    },
    computed: () => bar?.clear(),
    crashed(error) {
      bar?.clear();
      print(redact(style('red', `This is a mistake in the program: ${stackOf(error)}`)));
    },
    napping(ms) {
      napping = true;
      if (verbosity === 'quiet') return;
      const at = new Date(clock.now() + ms).toLocaleTimeString('en-GB');
      print(style('dim', `Next sync at ${at}, in ${formatDuration(ms)}. Ctrl-C ends.`));
    },
    stopping(name) {
      if (napping) return print('Ended in the nap: nothing was under way.');
      print(style('yellow', `${name}: stopping when the requests in flight are answered …`));
    },
    givingUp() {
      bar?.clear();
      print(style('red', `Ended at once${reached}. The next run completes the work.`));
    },
  };
}

function stackOf(error: unknown): string {
  return printableLines(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
