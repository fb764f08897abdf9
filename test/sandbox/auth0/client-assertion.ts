import { importSPKI, jwtVerify } from 'jose';
import type { ClientOptions } from './clients.ts';

/** RFC 7523's name for an assertion that is a JWT. */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Auth0's documented limits of an assertion. */
const LONGEST_LIFE_S = 300;
const CLOCK_SKEW_S = 10;
const LONGEST_CLAIM = 64;

export interface AssertionJudge {
  /** What is wrong with the assertion of this client, or nothing. */
  complaint(
    assertion: string,
    client: ClientOptions,
    audience: string,
  ): Promise<string | undefined>;
}

/**
 * Judges client assertions by Auth0's rules: signed by the client's key with its algorithm; `iss` and
 * `sub` are the client's id; `aud` is the tenant's URL with its trailing slash; it lives for at most
 * five minutes; and its `jti` is good for one use.
 */
export function openAssertionJudge(now: () => number): AssertionJudge {
  const used = new Set<string>();

  return {
    async complaint(assertion, client, audience) {
      if (!client.publicKey) return 'The client is not configured for private_key_jwt';
      const algorithm = client.algorithm ?? 'RS256';
      let claims;
      try {
        const key = await importSPKI(client.publicKey, algorithm);
        const verified = await jwtVerify(assertion, key, {
          algorithms: [algorithm],
          issuer: client.clientId,
          subject: client.clientId,
          audience,
          requiredClaims: ['exp', 'jti'],
          clockTolerance: CLOCK_SKEW_S,
          currentDate: new Date(now()),
        });
        claims = verified.payload;
      } catch (error) {
        return `Invalid client_assertion: ${error instanceof Error ? error.message : ''}`;
      }
      const { exp = 0, iat = Math.floor(now() / 1000), jti = '' } = claims;
      // Without the clock skew, which is granted for iat and nbf alone.
      if (exp * 1000 <= now()) return 'client_assertion has expired';
      if (iat * 1000 > now() + CLOCK_SKEW_S * 1000) return 'client_assertion is not yet valid';
      if (exp - iat > LONGEST_LIFE_S) return 'client_assertion lives for more than 5 minutes';
      if (jti === '' || jti.length > LONGEST_CLAIM) return 'jti has 1 to 64 characters';
      const use = `${client.clientId} ${jti}`;
      if (used.has(use)) return 'client_assertion was used before';
      used.add(use);
      return undefined;
    },
  };
}
