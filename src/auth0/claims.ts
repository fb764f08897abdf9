import { decodeJwt } from 'jose';
import { z } from 'zod';

const Claims = z.object({
  scope: z.string().optional().catch(undefined),
  exp: z.number().optional().catch(undefined),
  /** The application that the token was given to. */
  azp: z.string().optional().catch(undefined),
});

/** What a token says of itself; undefined where it does not tell. */
export interface TokenClaims {
  readonly scopes: ReadonlySet<string> | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number | undefined;
  readonly clientId: string | undefined;
}

/** Reads a token without verifying it, which is the API's business. An opaque token tells nothing. */
export function readClaims(token: string): TokenClaims {
  try {
    const { scope, exp, azp } = Claims.parse(decodeJwt(token));
    return {
      scopes: scopesIn(scope),
      expiresAt: exp === undefined ? undefined : exp * 1000,
      clientId: azp,
    };
  } catch {
    return { scopes: undefined, expiresAt: undefined, clientId: undefined };
  }
}

/** The scopes in a space-separated list. */
export function scopesIn(scope: string | undefined): ReadonlySet<string> | undefined {
  return scope === undefined ? undefined : new Set(scope.split(/\s+/).filter(Boolean));
}
