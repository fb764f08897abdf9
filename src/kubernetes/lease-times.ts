export interface LeaseTimes {
  /** How long others wait after the holder's last sign of life. */
  readonly leaseDurationMs: number;
  /** How long the holder works without a renewal; the rest of the duration is its time to stop. */
  readonly renewDeadlineMs: number;
  /** Between two renewals. Contenders look a little more often: hand-over takes less than this. */
  readonly retryPeriodMs: number;
}

/** client-go's. */
export const LEASE_TIMES: LeaseTimes = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** Throws when the times cannot work together. */
export function checkLeaseTimes(times: LeaseTimes): void {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = times;
  const ordered = leaseDurationMs > renewDeadlineMs && renewDeadlineMs >= 2 * retryPeriodMs;
  if (ordered && retryPeriodMs > 0) return;
  throw new Error(
    `A lease duration of ${leaseDurationMs} ms must be longer than the renew deadline of ${renewDeadlineMs} ms, and that at least two retry periods of ${retryPeriodMs} ms.`,
  );
}
