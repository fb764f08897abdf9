/** How a command ends, for scripts. */
export const EXIT = {
  DONE: 0,
  /** A fault ended it; for `validate` also: the tenant differs. */
  FAILED: 1,
  /** The command line cannot work as it is. */
  USAGE: 2,
  /** Done, but Auth0 refused some changes, or a limit holds some. */
  PARTLY: 3,
} as const;

/** A process that a signal ended says so as shells do: 128 and the signal's number. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof SIGNAL_EXIT;
