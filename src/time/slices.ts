import { setImmediate as nextTurn } from 'node:timers/promises';

/** A long computation that pauses now and then; its result is what it returns. */
export type Sliced<Result> = Generator<void, Result, void>;

/** Rows between two pauses of a sliced computation: a few milliseconds of work. */
export const ROWS_PER_SLICE = 1_000;

/** Visits each row, with a pause before each slice of them. */
export function* eachInSlices<Row>(rows: Iterable<Row>, visit: (row: Row) => void): Sliced<void> {
  let count = 0;
  for (const row of rows) {
    if (count % ROWS_PER_SLICE === 0) yield;
    count += 1;
    visit(row);
  }
}

/** Runs it to its end without a break. */
export function atOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Runs it to its end and lets the event loop turn at each pause, so that probes, watches and signals
 * are not kept waiting. Rejects with the signal's reason once it aborts.
 */
export async function inSlices<Result>(work: Sliced<Result>, signal: AbortSignal): Promise<Result> {
  for (;;) {
    signal.throwIfAborted();
    const step = work.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}
