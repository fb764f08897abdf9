import type { FetchedResponse } from '../../src/auth0/fetch.ts';
import type { Answer } from '../sandbox/exchange.ts';
import type { Dice } from './dice.ts';
import type { Fate } from './weather.ts';

/** An answer of Auth0 as it goes out. */
export interface Auth0Answer {
  readonly answer: Answer;
  /** When the server gave it. */
  readonly at: number;
  readonly body: Buffer;
  /** Whether the body is what the server meant. */
  readonly isReadable: boolean;
}

/** What comes back instead of the effect, if anything does. */
export function insteadOf(fate: Fate, dice: Dice): Omit<Auth0Answer, 'at'> | undefined {
  if (fate === 'error') {
    return plain({ status: dice.pick([500, 502, 503]), body: { message: 'not now' } });
  }
  if (fate === 'throttled') {
    const body = { statusCode: 429, error: 'Too Many Requests', message: 'Global limit' };
    return plain({ status: 429, body, headers: dice.chance(0.5) ? { 'retry-after': '1' } : {} });
  }
  if (fate === 'denied') {
    const body = { statusCode: 401, error: 'Unauthorized', message: 'Invalid token' };
    return plain({ status: 401, body });
  }
  return undefined;
}

export function plain(answer: Answer): Omit<Auth0Answer, 'at'> {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  return { answer, body: Buffer.from(body), isReadable: true };
}

/** A success whose body says nothing, or nonsense. */
export function garbled(answer: Answer, dice: Dice): Omit<Auth0Answer, 'at'> {
  const text = JSON.stringify(answer.body ?? {});
  const body = dice.pick([
    '',
    '<!doctype html><title>Sorry</title>',
    text.slice(0, text.length / 2),
    '{"ok":true}',
    'null',
  ]);
  return { answer: { ...answer, status: 200 }, body: Buffer.from(body), isReadable: false };
}

/** As much of a response as the client uses. */
export function responseOf({ answer, body }: Auth0Answer): FetchedResponse {
  return {
    status: answer.status,
    headers: new Headers(answer.headers),
    body: new ReadableStream({
      start(controller) {
        if (body.length > 0) controller.enqueue(body);
        controller.close();
      },
    }),
  };
}
