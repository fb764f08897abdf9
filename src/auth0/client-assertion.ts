import { createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

/** Long enough for clocks that differ a little; Auth0 allows five minutes at most. */
const LIFETIME_SECONDS = 120;

/** A signed statement of the client that it is the client (RFC 7523), good for one token request. */
export function clientAssertion(
  clientId: string,
  privateKey: string,
  tokenEndpoint: string,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(new URL('/', tokenEndpoint).href)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(createPrivateKey(privateKey));
}
