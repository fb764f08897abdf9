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
/** So often a request finds too little before a step that seemed right is taken back. */
const SHORTFALLS = 3;
/** What a full bucket makes up for: other clients take from it now and then, too. */
const FORGIVEN = 1 / 8;

/**
 * With a limit of one or two, a request goes out just when the bucket is full again, so answers never
 * show a rate above the one assumed. A trial that fails is taken back; the next is smaller and later.
 * Answers that are late make a small step look right for a while: the smaller it is, the more requests
 * must find the bucket full, and it is taken back later too when they often do not.
 */
export function createExplorer(refill: Refill): Explorer {
  let step = FIRST_STEP;
  let patience = 1;
  let calm = 0;
  let unproven = 0;
  let shortfalls = 0;
  const taken: number[] = [];
  return {
    full() {
      shortfalls = Math.max(0, shortfalls - FORGIVEN);
      unproven = Math.max(0, unproven - 1);
      if (unproven > 0) return;
      calm += 1;
      if (calm < patience) return;
      calm = 0;
      unproven = Math.ceil(FIRST_STEP / step);
      taken.push(step);
      refill.scale(1 + step);
    },
    drained() {
      shortfalls += 1;
      if (unproven === 0 && shortfalls < SHORTFALLS) return;
      const last = taken.pop();
      if (last === undefined) return;
      refill.scale(1 / (1 + last));
      calm = 0;
      unproven = 0;
      shortfalls = 0;
      step = Math.max(last / 2, LEAST_STEP);
      patience = Math.min(patience * 4, LONGEST_PATIENCE);
    },
  };
}
