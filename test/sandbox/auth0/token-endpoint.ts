import type { Answer, Call } from '../exchange.ts';
import { tokenRefusal } from './answers.ts';
import { ASSERTION_TYPE, openAssertionJudge } from './client-assertion.ts';
import { z } from 'zod';
import type { ClientOptions, Clients } from './clients.ts';
import type { Tokens } from './tokens.ts';

export interface TokenEndpointOptions {
  readonly clients: Clients;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly lifetimeSeconds: number;
  /** The Management API's identifier for a caller that used this host. */
  readonly audience: (host: string) => string;
}

/** POST /oauth/token: the client credentials grant, with a secret or a client assertion. */
export function tokenEndpoint(options: TokenEndpointOptions): (call: Call) => Promise<Answer> {
  const assertions = openAssertionJudge(options.now);

  return async (call) => {
    const parameters = parse(call);
    if (!parameters) return tokenRefusal(400, 'invalid_request', 'The request body is malformed');
    const refused = refuseGrantType(parameters);
    if (refused) return refused;
    const client = await authenticate(parameters, call.headers.host ?? '');
    if ('status' in client) return client;
    const audience = parameters['audience'];
    if (!audience) {
      return tokenRefusal(
        403,
        'access_denied',
        'No audience parameter was provided, and no default audience has been configured',
      );
    }
    if (audience !== options.audience(call.headers.host ?? '')) {
      return tokenRefusal(403, 'access_denied', `Service not found: ${audience}`);
    }
    if (!client.scopes) {
      return tokenRefusal(
        403,
        'access_denied',
        `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API.`,
      );
    }
    const { clientId, scopes } = client;
    const expiresIn = options.lifetimeSeconds;
    return {
      status: 200,
      headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
      body: {
        access_token: options.tokens.issue({ clientId, scopes, audience, expiresIn }),
        ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
        expires_in: expiresIn,
        token_type: 'Bearer',
      },
    };
  };

  async function authenticate(
    parameters: Parameters,
    host: string,
  ): Promise<ClientOptions | Answer> {
    const client = options.clients.find(parameters['client_id'] ?? '');
    if (!client) return tokenRefusal(401, 'access_denied', 'Unauthorized');
    if (parameters['client_assertion'] !== undefined) {
      if (parameters['client_assertion_type'] !== ASSERTION_TYPE) {
        return tokenRefusal(400, 'invalid_request', 'client_assertion_type is not supported');
      }
      const assertion = parameters['client_assertion'];
      const complaint = await assertions.complaint(assertion, client, `https://${host}/`);
      return complaint ? tokenRefusal(401, 'invalid_client', complaint) : client;
    }
    const right = client.clientSecret !== undefined && !client.publicKey;
    return right && parameters['client_secret'] === client.clientSecret
      ? client
      : tokenRefusal(401, 'access_denied', 'Unauthorized');
  }
}

function refuseGrantType(parameters: Parameters): Answer | undefined {
  const grant = parameters['grant_type'];
  if (!grant) return tokenRefusal(400, 'invalid_request', 'Missing required parameter: grant_type');
  if (grant === 'client_credentials') return undefined;
  return tokenRefusal(
    403,
    'unauthorized_client',
    `Grant type '${grant}' not allowed for the client.`,
  );
}

const Parameters = z.record(z.string(), z.string());
type Parameters = Readonly<Record<string, string>>;

/** The parameters of a JSON or form body, of strings alone. */
function parse(call: Call): Parameters | undefined {
  const type = call.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(call.body.toString('utf8')));
  }
  if (!type.startsWith('application/json')) return undefined;
  try {
    return Parameters.safeParse(JSON.parse(call.body.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
