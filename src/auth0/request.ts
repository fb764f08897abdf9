import { ConnectionsClient } from 'auth0/connections';
import { OrganizationsClient } from 'auth0/organizations';
import type { z } from 'zod';
import { Fault } from '../api/fault.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { answerError, unreachable, unreadable, type Target } from './classify.ts';
import { exchange, type Answer, type Fetch } from './exchange.ts';
import type { Endpoint } from './pacing/endpoint.ts';
import type { Pacer, Permit } from './pacing/pacer.ts';
import { retrying, Transient } from './retry.ts';
import type { Token, TokenSource } from './token.ts';

/** The clients of the SDK, which know paths, parameters and encodings. */
export interface Sdk {
  readonly organizations: OrganizationsClient;
  readonly connections: ConnectionsClient;
}

export interface ApiRequest<Body extends z.ZodType, Other> {
  readonly endpoint: Endpoint;
  readonly isWrite: boolean;
  /** The one call of the SDK that makes this request. */
  readonly call: (sdk: Sdk) => PromiseLike<unknown>;
  /** The shape of a success's body. An answer of another shape is no answer. */
  readonly body: Body;
  /** Statuses that are no errors here, and what they mean. */
  readonly meanings?: Readonly<Record<number, Other>>;
}

export interface RequestOptions {
  readonly domain: string;
  readonly tokens: TokenSource;
  readonly pacer: Pacer;
  /** The share of the tenant's limits that may be used, over 0 and up to 1. */
  readonly share: number;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly onRequest: (endpoint: Endpoint, status: number | undefined) => void;
  readonly mayWrite: () => void;
}

export type SendRequest = <Body extends z.ZodType, Other = never>(
  request: ApiRequest<Body, Other>,
  signal: AbortSignal,
) => Promise<z.output<Body> | Other>;

/**
 * The one way to the Management API. Each attempt waits for a token and for leave of the pacer, sends,
 * reads the whole answer and judges it by status and shape; transient failures are tried again, a 429
 * waits, a 401 gets a new token once. What the SDK itself makes of the answer is not used: it takes an
 * unreadable page for an empty one.
 */
export function openRequests(options: RequestOptions): SendRequest {
  const { tokens, pacer, share } = options;

  return async function send(request, signal) {
    const target: Target = { domain: options.domain, isWrite: request.isWrite };
    let refused: Token | undefined;

    async function attempt() {
      const token = await tokens.get(signal);
      const permit = await pacer.acquire(request.endpoint, share, signal);
      const answer = await sendOnce(options, request, token, permit, signal);

      if (answer.status === 401) {
        tokens.drop(token);
        if (refused !== undefined) throw tokenRefused(options.domain);
        refused = token;
        return attempt();
      }
      // The pacer has seen the 429 and gives the next leave when it is time.
      if (answer.status === 429) throw new Transient(rateLimited(options.domain), 0);

      const meaning = request.meanings?.[answer.status];
      if (meaning !== undefined) return meaning;
      if (answer.status < 200 || answer.status > 299) throw answerError(target, answer);
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
  request: ApiRequest<z.ZodType, unknown>,
  token: Token,
  permit: Permit,
  signal: AbortSignal,
): Promise<Answer> {
  const { domain, fetch, clock, onRequest } = options;
  try {
    signal.throwIfAborted();
    if (request.isWrite) options.mayWrite();
  } catch (error) {
    permit.cancelled();
    throw error;
  }

  let sent: Promise<Answer> | undefined;
  const recording: Fetch = async (url, init) => {
    sent = exchange(fetch, url as string, init ?? {}, clock);
    const { status, headers } = await sent;
    return new Response(status === 204 ? null : '{}', {
      status: status < 200 ? 200 : status,
      headers,
    });
  };
  const sdk = openSdk(domain, token.value, recording, options.headers());
  try {
    await request.call(sdk);
  } catch {
    // The recorded exchange says all there is to know.
  }
  try {
    if (sent === undefined) throw new Error('the request could not be made');
    const answer = await sent;
    permit.answered(answer.status, answer.headers);
    onRequest(request.endpoint, answer.status);
    return answer;
  } catch (error) {
    permit.lost();
    onRequest(request.endpoint, undefined);
    throw unreachable({ domain, isWrite: request.isWrite }, error);
  }
}

function openSdk(
  domain: string,
  token: string,
  fetch: Fetch,
  headers: Readonly<Record<string, string>>,
): Sdk {
  const options = { baseUrl: `https://${domain}/api/v2`, token, fetch, headers, maxRetries: 0 };
  return {
    organizations: new OrganizationsClient(options),
    connections: new ConnectionsClient(options),
  };
}

function tokenRefused(domain: string): Fault {
  return new Fault(
    'AuthenticationFailed',
    `Auth0 (${domain}) refuses tokens that it has just given. Check that auth0.audience is the Management API of this domain, and that the application is authorized for it.`,
    { statusCode: 401 },
  );
}

function rateLimited(domain: string): Fault {
  return new Fault('TargetUnavailable', `Auth0 (${domain}) answers with too many requests.`, {
    statusCode: 429,
  });
}
