import type { Refill } from './refill.ts';

/** Tries higher rates for a bucket that is so small that it always looks full. */
export interface Explorer {
  /** A request came as soon as allowed and found the bucket full. */
  full(): void;
  /** A request found less than a full bucket. */
  drained(): void;
}

const FIRST_STEP = 0.5;
const LEAST_STEP = 0.01;
const LONGEST_PATIENCE = 512;

/**
 * With a limit of one or two, a request goes out just when the bucket is full again, so answers never
 * show a rate above the one assumed. A trial that fails is taken back; the next is smaller and later.
 */
export function createExplorer(refill: Refill): Explorer {
  let step = FIRST_STEP;
  let patience = 1;
  let calm = 0;
  let trying = false;
  return {
    full() {
      calm += 1;
      trying = calm >= patience;
      if (!trying) return;
      calm = 0;
      refill.scale(1 + step);
    },
    drained() {
      if (!trying) return;
      trying = false;
      calm = 0;
      refill.scale(1 / (1 + step));
      step = Math.max(step / 2, LEAST_STEP);
      patience = Math.min(patience * 4, LONGEST_PATIENCE);
    },
  };
}
