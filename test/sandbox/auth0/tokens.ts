import { createHmac, randomBytes } from 'node:crypto';

export interface TokenRequest {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audience: string;
  /** Seconds until it expires; negative for one that has expired already. */
  readonly expiresIn: number;
}

export type TokenState =
  | { readonly valid: true; readonly clientId: string; readonly scopes: readonly string[] }
  | { readonly valid: false; readonly status: 400 | 401; readonly message: string };

export interface Tokens {
  /** A JWT whose claims (exp, iat, scope, aud, azp, gty) say the truth. */
  issue(request: TokenRequest): string;
  /** Judges the token of an `Authorization` header for an API of this audience. */
  check(authorization: string | undefined, audience: string): TokenState;
  /** All tokens so far become unknown, whatever their claims say. */
  readonly revokeAll: () => void;
  /** All tokens so far count as expired, though their `exp` is still to come. */
  readonly expireAll: () => void;
}

/**
 * The tenant's tokens. A token is known by its whole text, so a changed or foreign one is invalid.
 * `now` is in milliseconds; `issuer` is the tenant's URL with a trailing slash.
 */
export function openTokens(now: () => number, issuer: () => string): Tokens {
  const key = randomBytes(32);
  const issued = new Map<string, TokenRequest & { expiresAt: number }>();

  return {
    issue(request) {
      const iat = Math.floor(now() / 1000);
      const exp = iat + request.expiresIn;
      const token = sign(key, {
        iss: issuer(),
        sub: `${request.clientId}@clients`,
        aud: request.audience,
        iat,
        exp,
        ...(request.scopes.length > 0 ? { scope: request.scopes.join(' ') } : {}),
        gty: 'client-credentials',
        azp: request.clientId,
        jti: randomBytes(12).toString('base64url'),
      });
      issued.set(token, { ...request, expiresAt: exp * 1000 });
      return token;
    },
    check(authorization, audience) {
      const [scheme = '', token = '', ...more] = (authorization ?? '').split(/\s+/);
      if (scheme.toLowerCase() !== 'bearer') return invalid('Missing authentication');
      // Auth0 answers 400, not 401, to what does not even look like a JWT.
      if (more.length > 0 || token.split('.').length !== 3) {
        return invalid('Bad HTTP authentication header format', 400);
      }
      const known = issued.get(token);
      if (!known) return invalid('Invalid token');
      if (now() >= known.expiresAt) {
        return invalid('Expired token received for JSON Web Token validation');
      }
      if (known.audience !== audience) return invalid(`Bad audience: ${known.audience}`);
      return { valid: true, clientId: known.clientId, scopes: known.scopes };
    },
    revokeAll: () => issued.clear(),
    expireAll() {
      for (const token of issued.values()) token.expiresAt = Math.min(token.expiresAt, now());
    },
  };
}

function invalid(message: string, status: 400 | 401 = 401): TokenState {
  return { valid: false, status, message };
}

function sign(key: Buffer, claims: object): string {
  const parts = [{ alg: 'HS256', typ: 'JWT', kid: 'sandbox' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${parts}.${createHmac('sha256', key).update(parts).digest('base64url')}`;
}
