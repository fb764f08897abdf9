import { decodeJwt } from 'jose';
import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import type { Log } from '../telemetry/log.ts';
import { registerSecret } from '../telemetry/process-secrets.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { errorText, isTransientStatus, unreachable, unreadable } from './classify.ts';
import { clientAssertion } from './client-assertion.ts';
import type { Credentials } from './credentials.ts';
import { exchange, type Answer, type Fetch } from './exchange.ts';
import { retrying, Transient } from './retry.ts';
import { waitAskedFor } from './throttle.ts';

export interface Token {
  readonly value: string;
  /** Undefined when the token does not tell. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** Epoch milliseconds; undefined when the token does not tell. */
  readonly expiresAt: number | undefined;
}

export interface TokenSource {
  /**
   * A token that is good for a while. Rejects with AuthenticationFailed or TargetUnavailable. Callers
   * at the same time share one request.
   */
  get(signal: AbortSignal): Promise<Token>;
  /** Auth0 refused this token: the next `get` brings another, or rejects when there is none. */
  drop(token: Token): void;
}

export interface TokenSourceOptions {
  readonly domain: string;
  readonly audience: string;
  readonly tokenEndpoint: string;
  readonly credentials: Credentials;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onRequest: (status: number | undefined) => void;
}

function secretsOf(credentials: Credentials): readonly string[] {
  if (credentials.kind === 'token') return [credentials.accessToken];
  return [credentials.kind === 'secret' ? credentials.clientSecret : credentials.privateKey];
}

const MANUAL_TOKEN_REFUSED =
  'Auth0 does not accept AUTH0_ACCESS_TOKEN: it has expired, was revoked, or is for another tenant. Put a new token in its place; the sync then goes on by itself.';

/** Tokens for the tenant's Management API. A token given by hand is used as it is, and never renewed. */
export function openTokenSource(options: TokenSourceOptions): TokenSource {
  const { credentials, clock } = options;
  for (const secret of secretsOf(credentials)) registerSecret(secret);
  return credentials.kind === 'token'
    ? manualToken(credentials.accessToken, clock)
    : programmaticToken(options, credentials);
}

function manualToken(value: string, clock: Clock): TokenSource {
  const claims = readClaims(value);
  const token = { value, scopes: claims.scopes, expiresAt: claims.expiresAt };
  let refused = false;
  return {
    async get(signal) {
      signal.throwIfAborted();
      if (refused || (token.expiresAt !== undefined && token.expiresAt <= clock.now())) {
        throw new Fault('AuthenticationFailed', MANUAL_TOKEN_REFUSED, { statusCode: 401 });
      }
      return token;
    },
    drop() {
      refused = true;
    },
  };
}

type ClientCredentials = Exclude<Credentials, { kind: 'token' }>;

function programmaticToken(
  options: TokenSourceOptions,
  credentials: ClientCredentials,
): TokenSource {
  const { clock, log } = options;
  let current: (Token & { readonly renewAt: number }) | undefined;
  let pending: { readonly token: Promise<Token>; readonly abandon: AbortController } | undefined;
  let waiting = 0;

  async function request(signal: AbortSignal): Promise<Token> {
    const token = await retrying(() => requestToken(options, credentials), options, signal);
    current = { ...token, renewAt: renewalTime(clock.now(), token.expiresAt) };
    return current;
  }

  /** The shared request goes on until nobody waits for it any more. */
  async function share(signal: AbortSignal): Promise<Token> {
    if (pending === undefined) {
      const abandon = new AbortController();
      const token = request(abandon.signal).finally(() => {
        if (pending?.token === token) pending = undefined;
      });
      token.catch(() => {});
      pending = { token, abandon };
    }
    const { token, abandon } = pending;
    waiting += 1;
    try {
      return await orAborted(token, signal);
    } finally {
      waiting -= 1;
      if (waiting === 0) abandon.abort(new Error('Nobody waits for the token any more'));
    }
  }

  return {
    async get(signal) {
      signal.throwIfAborted();
      if (current !== undefined && clock.now() < current.renewAt) return current;
      try {
        return await share(signal);
      } catch (error) {
        const isUsable = current?.expiresAt !== undefined && clock.now() < current.expiresAt;
        if (signal.aborted || !isUsable || current === undefined) throw error;
        log.warn('the token could not be renewed yet; the old one is still good', { error });
        return current;
      }
    },
    drop(token) {
      if (current?.value === token.value) current = undefined;
    },
  };
}

const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(86_400),
  scope: z.string().optional().catch(undefined),
});

async function requestToken(
  options: TokenSourceOptions,
  credentials: ClientCredentials,
): Promise<Token> {
  const { domain, audience, tokenEndpoint, fetch, clock } = options;
  const target = { domain, isWrite: false };
  const proof =
    credentials.kind === 'secret'
      ? { client_secret: credentials.clientSecret }
      : {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await clientAssertion(
            credentials.clientId,
            credentials.privateKey,
            tokenEndpoint,
            clock.now(),
          ),
        };
  const body = JSON.stringify({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    audience,
    ...proof,
  });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const askedAt = clock.now();
  let answer: Answer;
  try {
    answer = await exchange(fetch, tokenEndpoint, { method: 'POST', headers, body }, clock);
  } catch (error) {
    options.onRequest(undefined);
    throw unreachable(target, error);
  }
  options.onRequest(answer.status);
  if (answer.status !== 200) throw tokenError(options, answer);
  const { data } = TokenAnswer.safeParse(answer.body);
  if (data === undefined) throw unreadable(target, answer.status);
  const scope = data.scope ?? readClaims(data.access_token).scope;
  return {
    value: data.access_token,
    scopes: scope === undefined ? undefined : new Set(scope.split(/\s+/)),
    expiresAt: askedAt + data.expires_in * 1000,
  };
}

function tokenError({ domain, audience, clock }: TokenSourceOptions, answer: Answer): Error {
  const { status } = answer;
  if (status === 429) {
    const fault = new Fault(
      'TargetUnavailable',
      `Auth0 (${domain}) gives no token now: too many requests.`,
    );
    return new Transient(fault, waitAskedFor(answer.headers, clock.now()));
  }
  if (isTransientStatus(status)) {
    return new Transient(
      new Fault(
        'TargetUnavailable',
        `The token endpoint of Auth0 (${domain}) answers with status ${status}. The next sync tries again; see https://status.auth0.com.`,
        { statusCode: status },
      ),
    );
  }
  if (status === 401 || status === 403 || status === 400) {
    return new Fault(
      'AuthenticationFailed',
      `Auth0 (${domain}) gives no token for ${audience}: ${errorText(answer)}. Check the client id and its secret or key, and that the application is authorized for the Management API.`,
      { statusCode: status },
    );
  }
  return new Fault(
    'TargetUnavailable',
    `The token endpoint of Auth0 (${domain}) refuses to answer (status ${status}). Check auth0.domain and auth0.tokenEndpoint.`,
    { statusCode: status },
  );
}

/**
 * Nine tenths of a token's life, but at least five minutes before its end, so that a long request or a
 * slow token endpoint never meets an expired one; a short-lived token is used for half of its life.
 */
function renewalTime(now: number, expiresAt: number | undefined): number {
  if (expiresAt === undefined) return Infinity;
  const life = expiresAt - now;
  return now + Math.min(life * 0.9, Math.max(life - 5 * 60_000, life / 2));
}

const Claims = z.object({
  scope: z.string().optional().catch(undefined),
  exp: z.number().optional().catch(undefined),
});

function readClaims(token: string) {
  try {
    const { scope, exp } = Claims.parse(decodeJwt(token));
    return {
      scope,
      scopes: scope === undefined ? undefined : new Set(scope.split(/\s+/)),
      expiresAt: exp === undefined ? undefined : exp * 1000,
    };
  } catch {
    // Not a JWT: an opaque token says nothing about itself.
    return { scope: undefined, scopes: undefined, expiresAt: undefined };
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
