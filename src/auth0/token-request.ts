import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import type { Clock } from '../time/clock.ts';
import { readClaims, scopesIn } from './claims.ts';
import { errorText, isTransientStatus, unavailable, unreachable, unreadable } from './classify.ts';
import { clientAssertion } from './client-assertion.ts';
import type { ClientCredentials } from './credentials.ts';
import { exchange, type Answer } from './exchange.ts';
import type { Fetch } from './fetch.ts';
import { Transient } from './retry.ts';
import { waitAskedFor } from './throttle.ts';

export interface Token {
  readonly value: string;
  /** Undefined when it is not known which it has. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** Epoch milliseconds; undefined when it is not known. */
  readonly expiresAt: number | undefined;
}

export interface TokenRequestOptions {
  readonly domain: string;
  readonly audience: string;
  readonly tokenEndpoint: string;
  readonly credentials: ClientCredentials;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly onRequest: (status: number | undefined) => void;
}

const TokenAnswer = z.object({
  /** It becomes a header's value. */
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});

/**
 * Asks once for a token by the client credentials grant. Rejects with AuthenticationFailed when
 * Auth0 gives none, with TargetUnavailable when the endpoint is not what it should be, and with
 * `Transient` when the same request may succeed later.
 */
export async function requestToken(
  options: TokenRequestOptions,
  signal: AbortSignal,
): Promise<Token> {
  const { fetch, tokenEndpoint, clock, onRequest } = options;
  const proof = await proofOf(options);
  const request = {
    url: tokenEndpoint,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: options.credentials.clientId,
      audience: options.audience,
      ...proof,
    }),
  };
  const askedAt = clock.now();
  let answer: Answer;
  try {
    answer = await exchange(fetch, request, clock, signal);
  } catch (error) {
    onRequest(undefined);
    throw unreachable(options, error);
  }
  onRequest(answer.status);
  if (answer.status !== 200) throw tokenError(options, answer, Object.values(proof));
  const { data } = TokenAnswer.safeParse(answer.body);
  if (data === undefined) throw unreadable(options, answer.status);
  const { access_token: value, expires_in: life, scope } = data;
  const claims = readClaims(value);
  return {
    value,
    scopes: scopesIn(scope) ?? claims.scopes,
    expiresAt: life === undefined ? claims.expiresAt : askedAt + life * 1000,
  };
}

async function proofOf({
  credentials,
  tokenEndpoint,
  clock,
}: TokenRequestOptions): Promise<Readonly<Record<string, string>>> {
  if (credentials.kind === 'secret') return { client_secret: credentials.clientSecret };
  const { clientId, privateKey } = credentials;
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await clientAssertion(clientId, privateKey, tokenEndpoint, clock.now()),
  };
}

function tokenError(
  options: TokenRequestOptions,
  answer: Answer,
  secrets: readonly string[],
): Error {
  const { status } = answer;
  const { domain, audience, clock } = options;
  if (status === 429) {
    const fault = new Fault(
      'TargetUnavailable',
      `Auth0 (${domain}) gives no token now: too many requests. The next sync tries again; if this lasts, look for another client that asks for tokens.`,
      { statusCode: status },
    );
    return new Transient(fault, waitAskedFor(answer.headers, clock.now()));
  }
  if (isTransientStatus(status)) return unavailable(options, status);
  if (status === 400 || status === 401 || status === 403) {
    // Words of something else on the way say nothing about the credentials.
    if (!answer.readable) return unreadable(options, status);
    const said = errorText(answer, secrets).replace(/\.$/, '');
    return new Fault(
      'AuthenticationFailed',
      `Auth0 (${domain}) gives no token for ${audience}: ${said}. Check the client id and its secret or key, and that the application is authorized for the Management API.`,
      { statusCode: status },
    );
  }
  return new Fault(
    'TargetUnavailable',
    `The token endpoint of Auth0 (${domain}) refuses to answer (status ${status}). Check auth0.domain and auth0.tokenEndpoint.`,
    { statusCode: status },
  );
}
