import type { z } from 'zod';
import { Fault } from '../api/fault.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import {
  answerError,
  errorText,
  lacksScope,
  refusesToken,
  unreachable,
  unreadable,
  type Target,
} from './classify.ts';
import { exchange, type Answer, type HttpRequest } from './exchange.ts';
import type { Fetch } from './fetch.ts';
import type { Endpoint } from './pacing/endpoint.ts';
import type { Pacer, Permit } from './pacing/pacer.ts';
import { retrying, Transient } from './retry.ts';
import { requestOf, type SdkCall } from './sdk.ts';
import type { Token, TokenSource } from './token.ts';

export interface ApiRequest<Body extends z.ZodType, Other> {
  readonly endpoint: Endpoint;
  readonly isWrite: boolean;
  readonly concerns: Target['concerns'];
  readonly call: SdkCall;
  /** The shape of a success's body. An answer of another shape is no answer. */
  readonly body: Body;
  /** Statuses that are no errors here, and what they mean. */
  readonly meanings?: Readonly<Record<number, Other>>;
}

export interface RequestOptions {
  readonly domain: string;
  readonly tokens: TokenSource;
  /** Not to be shown, should an answer repeat them. */
  readonly secrets: readonly string[];
  readonly pacer: Pacer;
  /** The share of the tenant's limits that may be used, over 0 and up to 1. */
  readonly share: number;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  /** Sent with each request; asked anew for each. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly onRequest: (endpoint: Endpoint, status: number | undefined) => void;
  readonly mayWrite: () => void;
}

export type SendRequest = <Body extends z.ZodType, Other = never>(
  request: ApiRequest<Body, Other>,
  signal: AbortSignal,
) => Promise<z.output<Body> | Other>;

/**
 * The one way to the Management API. Each attempt waits for leave of the pacer, sends, reads the
 * whole answer and judges it by status and shape; transient failures are tried again, a 429 waits, a
 * refused token is renewed once.
 */
export function openRequests(options: RequestOptions): SendRequest {
  const { domain, tokens, secrets } = options;

  return async function send(request, signal) {
    const target: Target = { domain, concerns: request.concerns };
    const prepared = await requestOf(domain, request.call);
    let wasRefused = false;

    async function attempt() {
      const { token, answer } = await sendOnce(options, request, prepared, signal);

      if (refusesToken(answer)) {
        tokens.drop(token);
        if (wasRefused) throw tokenRefused(domain, errorText(answer, [token.value, ...secrets]));
        wasRefused = true;
        return attempt();
      }
      wasRefused = false;
      // The pacer has seen the 429 and gives the next leave when it is time.
      if (answer.status === 429) throw new Transient(rateLimited(domain), 0);
      if (lacksScope(answer)) tokens.outdate(token);

      const meaning = request.meanings?.[answer.status];
      if (meaning !== undefined && answer.readable) return meaning;
      if (answer.status < 200 || answer.status > 299) {
        throw answerError(target, answer, [token.value, ...secrets]);
      }
      if (!answer.readable) throw unreadable(target, answer.status);
      const parsed = request.body.safeParse(answer.body);
      if (!parsed.success) throw unreadable(target, answer.status);
      return parsed.data;
    }

    return retrying(attempt, options, signal);
  };
}

async function sendOnce(
  options: RequestOptions,
  request: Pick<ApiRequest<z.ZodType, unknown>, 'endpoint' | 'isWrite'>,
  prepared: HttpRequest,
  signal: AbortSignal,
): Promise<{ readonly token: Token; readonly answer: Answer }> {
  const { domain, tokens, pacer, share, fetch, clock, onRequest, mayWrite } = options;
  const { endpoint, isWrite } = request;
  // Without a token nobody need wait for leave.
  await tokens.get(signal);
  const permit = await pacer.acquire(endpoint, share, signal);
  const token = await readyToSend(options, isWrite, permit, signal);
  const headers = {
    ...prepared.headers,
    ...options.headers(),
    authorization: `Bearer ${token.value}`,
  };
  let denied: { readonly why: unknown } | undefined;
  function beforeSending(): void {
    try {
      if (isWrite) mayWrite();
    } catch (why) {
      denied = { why };
      throw why;
    }
  }
  try {
    const answer = await exchange(fetch, { ...prepared, headers, beforeSending }, clock);
    permit.answered(answer.status, answer.headers);
    onRequest(endpoint, answer.status);
    return { token, answer };
  } catch (error) {
    if (denied !== undefined) {
      permit.cancelled();
      throw denied.why;
    }
    permit.lost();
    onRequest(endpoint, undefined);
    throw unreachable({ domain }, error);
  }
}

/** The leave may have come late: a token that was good before it may have expired meanwhile. */
async function readyToSend(
  { tokens, mayWrite }: RequestOptions,
  isWrite: boolean,
  permit: Permit,
  signal: AbortSignal,
): Promise<Token> {
  try {
    const token = await tokens.get(signal);
    if (isWrite) mayWrite();
    return token;
  } catch (error) {
    permit.cancelled();
    throw error;
  }
}

function tokenRefused(domain: string, said: string): Fault {
  return new Fault(
    'AuthenticationFailed',
    `Auth0 (${domain}) refuses a token that it has just given: ${said.replace(/\.$/, '')}. Check that auth0.audience is the Management API of this domain.`,
    { statusCode: 401 },
  );
}

function rateLimited(domain: string): Fault {
  return new Fault(
    'TargetUnavailable',
    `Auth0 (${domain}) answers each request with 429, too many requests. The next sync tries again; if this lasts, slow down the other clients of the tenant.`,
    { statusCode: 429 },
  );
}
