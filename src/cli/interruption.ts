import { SIGNAL_EXIT, type StopSignal } from './exit-code.ts';
import { watchParent } from './watch-parent.ts';

/** The wish to stop, by SIGINT (Ctrl-C) or SIGTERM. */
export interface Interruption {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  /** The exit code of what the signal has cut short; undefined before it came. */
  exitCode(): number | undefined;
  /** Listens no more. */
  end(): void;
}

/** A person gets 25 seconds to see what is left; a request that hangs must not take them all. */
const PATIENCE_MS = 24_000;
/** npm passes on a Ctrl-C that the terminal has sent already: the same wish twice, not two. */
const SAME_WISH_MS = 500;

/**
 * Listens for the wish to stop. `onStop` is told once. After 24 seconds, or with a second signal,
 * the process ends at once; `onGiveUp` is told before.
 */
export function listenForSignals(tell: {
  readonly onStop: (name: StopSignal) => void;
  readonly onGiveUp: () => void;
  /** The exit code of a process that is ended at once; without it, the signal's own. */
  readonly giveUpCode?: number;
}): Interruption {
  const abort = new AbortController();
  let first: { readonly name: StopSignal; readonly at: number } | undefined;
  let patience: NodeJS.Timeout | undefined;

  function giveUp(name: StopSignal): void {
    tell.onGiveUp();
    process.exit(tell.giveUpCode ?? SIGNAL_EXIT[name]);
  }

  function stop(name: StopSignal): void {
    const now = performance.now();
    if (first === undefined) {
      first = { name, at: now };
      patience = setTimeout(() => giveUp(name), PATIENCE_MS);
      patience.unref();
      tell.onStop(name);
      abort.abort(new Error(`Stopped by ${name}`));
    } else if (now - first.at > SAME_WISH_MS) giveUp(first.name);
  }

  // A Ctrl-C ends the shell too: that is no second wish.
  const endWatch = watchParent(() => {
    if (first === undefined) stop('SIGTERM');
  });
  const onInterrupt = () => stop('SIGINT');
  const onTerminate = () => stop('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: abort.signal,
    exitCode: () => (first === undefined ? undefined : SIGNAL_EXIT[first.name]),
    end() {
      clearTimeout(patience);
      endWatch();
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}
