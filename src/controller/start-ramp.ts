import type { Random } from '../time/backoff.ts';

/** So many syncs may begin at once when the controller starts: nobody with a few objects waits. */
const AT_ONCE = 10;
/** The others begin one after another: each asks THE for its whole list, and Auth0 for a token. */
const APART_MS = 50;

/**
 * Milliseconds after the start at which each further object that is due may begin. After a long pause
 * all are due, and hundreds of them must not fall upon the services in the same moment.
 */
export function createStartRamp(random: Random): () => number {
  let begun = 0;
  return () => {
    begun += 1;
    return begun <= AT_ONCE ? 0 : (begun - AT_ONCE - 1 + random()) * APART_MS;
  };
}
