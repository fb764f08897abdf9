import { z } from 'zod';
import {
  OPERATOR_SCOPES,
  startAuth0Sandbox,
  type Auth0Options,
} from '../../sandbox/auth0/start.ts';
import { plainClient, see, type Seen } from './plain-client.ts';

/** The answer of the token endpoint. */
export const Granted = z.strictObject({
  access_token: z.string(),
  scope: z.string(),
  expires_in: z.number(),
  token_type: z.literal('Bearer'),
});
const Claims = z.looseObject({ exp: z.number(), iat: z.number(), scope: z.string().optional() });

const CLIENT = { clientId: 'c1', clientSecret: 's1', scopes: OPERATOR_SCOPES };

/** A tenant with client c1 and secret s1; `ask` asks for a token, `list` uses one. */
export async function tenant(options: Auth0Options = {}) {
  const auth0 = await startAuth0Sandbox({ clients: [CLIENT], ...options });
  const client = await plainClient(auth0.url);
  const ask = (changes: Record<string, string | undefined> = {}): Promise<Seen> =>
    client.post('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: 'c1',
      client_secret: 's1',
      audience: auth0.audience,
      ...changes,
    });
  const list = async (authorization?: string): Promise<Seen> =>
    see(`${auth0.url}/api/v2/organizations?take=1`, {
      headers: authorization === undefined ? {} : { authorization },
    });
  return { auth0, ask, list, [Symbol.asyncDispose]: auth0[Symbol.asyncDispose] };
}

/** What a token says about itself. */
export function claimsOf(token: string): z.infer<typeof Claims> {
  const [, payload = ''] = token.split('.');
  return Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
}
