import { invalidAnswerError, KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import type { Collection } from '../../src/kubernetes/resource.ts';
import { refusal } from './api-rules.ts';
import type { Dice } from './dice.ts';
import type { Fate } from './weather.ts';

export const SERVER = 'https://api.simulation';

/** What comes back: a value, or the error that a client makes of the answer. */
export type Answered<T> = { readonly value: T } | { readonly error: unknown };

/** Verbs that the server may refuse because the object has changed meanwhile. */
const CONFLICTING = new Set(['replace', 'patch']);

/** The answer to one request of this fate; `effect` is what the server does, if it does it. */
export function answerTo<T>(
  fate: Fate,
  verb: string,
  at: Collection,
  effect: () => T,
  dice: Dice,
): Answered<T> {
  const instead = insteadOf(fate, verb, at, dice);
  if (instead !== undefined) return { error: instead };
  let value: T;
  try {
    value = effect();
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    return { error: fate === 'garbage' ? invalidAnswerError(SERVER) : error };
  }
  if (fate === 'errorAfter') return { error: refusal(verb, at, 504, 'Timeout') };
  if (fate === 'garbage') return { error: invalidAnswerError(SERVER) };
  return { value };
}

function insteadOf(fate: Fate, verb: string, at: Collection, dice: Dice): unknown {
  if (fate === 'error') return refusal(verb, at, dice.pick([500, 503, 504]), 'Internal');
  if (fate === 'throttled') return refusal(verb, at, 429, 'TooManyRequests', 1);
  if (fate !== 'denied') return undefined;
  if (CONFLICTING.has(verb) && dice.chance(0.5)) return refusal(verb, at, 409, 'Conflict');
  return dice.chance(0.5)
    ? refusal(verb, at, 403, 'Forbidden')
    : refusal(verb, at, 401, 'Unauthorized');
}

/** A watch that the client cannot follow is as good as none. */
export function fateOfWatch(fate: Fate): Fate {
  return fate === 'errorAfter' || fate === 'garbage' ? 'error' : fate;
}
