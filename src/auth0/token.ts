import { Fault } from '../api/fault.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import { readClaims } from './claims.ts';
import type { Credentials } from './credentials.ts';
import { retrying, Transient } from './retry.ts';
import { requestToken, type Token, type TokenRequestOptions } from './token-request.ts';

export type { Token } from './token-request.ts';

export interface TokenSource {
  /**
   * A token that is good for a while. Rejects with AuthenticationFailed or TargetUnavailable. Callers
   * at the same time share one request.
   */
  get(signal: AbortSignal): Promise<Token>;
  /** Auth0 refused this token: the next `get` brings another, or rejects when there is none. */
  drop(token: Token): void;
  /** What this token grants may have changed since: the next `get` brings another where it can. */
  outdate(token: Token): void;
}

export interface TokenSourceOptions extends Omit<TokenRequestOptions, 'credentials'> {
  readonly credentials: Credentials;
  readonly random: Random;
  readonly log: Log;
  /**
   * Told when the credentials will end, in epoch milliseconds: those of a token given by hand, or of
   * one that could not be renewed. Undefined: nothing is known to end.
   */
  readonly onExpiry?: ((expiresAt: number | undefined) => void) | undefined;
}

/** Tokens for the tenant's Management API. A token given by hand is used as it is, and never renewed. */
export function openTokenSource(options: TokenSourceOptions): TokenSource {
  const { credentials } = options;
  return credentials.kind === 'token'
    ? manualToken(credentials.accessToken, options)
    : programmaticToken({ ...options, credentials });
}

const MANUAL_TOKEN_REFUSED =
  'Auth0 does not accept AUTH0_ACCESS_TOKEN: it has expired, was revoked, is no token at all, or is for another tenant. Put a new token in its place; the sync then goes on by itself.';

/** A refusal ends this sync; a later one asks again, because the refusal may have been wrong. */
const REFUSAL_COUNTS_MS = 60_000;

function manualToken(
  value: string,
  { clock, onExpiry }: Pick<TokenSourceOptions, 'clock' | 'onExpiry'>,
): TokenSource {
  const token: Token = { value, ...readClaims(value) };
  onExpiry?.(token.expiresAt);
  let refusedUntil = -Infinity;
  return {
    async get(signal) {
      signal.throwIfAborted();
      const now = clock.now();
      if (now < refusedUntil || (token.expiresAt ?? Infinity) <= now) {
        throw new Fault('AuthenticationFailed', MANUAL_TOKEN_REFUSED, { statusCode: 401 });
      }
      return token;
    },
    drop() {
      refusedUntil = clock.now() + REFUSAL_COUNTS_MS;
    },
    outdate() {},
  };
}

/** A renewal under way, shared by all who wait for it; it ends when nobody does. */
interface Renewal {
  readonly token: Promise<Token>;
  readonly abandon: AbortController;
  waiting: number;
}

/** After an early renewal that failed, the old token serves for so long before the next. */
const RENEWAL_PAUSE_MS = 60_000;

function programmaticToken(
  options: TokenRequestOptions & Pick<TokenSourceOptions, 'random' | 'log' | 'onExpiry'>,
): TokenSource {
  const { clock, log, onExpiry } = options;
  onExpiry?.(undefined);
  let current: Token | undefined;
  let renewAt = Infinity;
  let renewal: Renewal | undefined;

  function good(): Token | undefined {
    return (current?.expiresAt ?? Infinity) > clock.now() ? current : undefined;
  }

  /** While the old token is good nobody should wait long for a new one: then there is one attempt. */
  function begin(): Renewal {
    const abandon = new AbortController();
    const { signal } = abandon;
    const ask = () => requestToken(options, signal);
    const asked = good() === undefined ? retrying(ask, options, signal) : ask();
    const begun = { token: asked.then(keep).finally(end), abandon, waiting: 0 };
    begun.token.catch(() => {});
    return begun;

    /** Before anyone hears how it ended: who asks again must not join what has failed. */
    function end(): void {
      if (renewal === begun) renewal = undefined;
    }
  }

  function keep(token: Token): Token {
    current = token;
    renewAt = renewalTime(clock.now(), token.expiresAt);
    onExpiry?.(undefined);
    return token;
  }

  async function share(signal: AbortSignal): Promise<Token> {
    const shared = (renewal ??= begin());
    shared.waiting += 1;
    try {
      return await orAborted(shared.token, signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) {
        if (renewal === shared) renewal = undefined;
        shared.abandon.abort(new Error('nobody waits for the token any more'));
      }
    }
  }

  function forget(token: Token): void {
    if (current?.value === token.value) current = undefined;
  }

  return {
    async get(signal) {
      for (;;) {
        signal.throwIfAborted();
        const old = good();
        if (old !== undefined && (clock.now() < renewAt || renewal !== undefined)) return old;
        try {
          return await share(signal);
        } catch (error) {
          signal.throwIfAborted();
          if (good() !== undefined) {
            renewAt = clock.now() + RENEWAL_PAUSE_MS;
            onExpiry?.(current?.expiresAt);
            log.warn('the token could not be renewed yet; the old one is still good', {
              error: error instanceof Transient ? error.fault : error,
            });
          } else if (!(error instanceof Transient)) throw error;
        }
      }
    },
    drop: forget,
    outdate: forget,
  };
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

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
