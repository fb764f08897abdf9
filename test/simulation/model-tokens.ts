import type { Tokens } from '../sandbox/auth0/tokens.ts';
import type { Answer } from '../sandbox/exchange.ts';

/** The tenant's tokens and who gets them. */
export interface ModelTokens {
  /** What the Management API asks. */
  readonly tokens: Tokens;
  /** The client's secrets that are good now, by client id. */
  readonly secrets: Map<string, Set<string>>;
  /** A token given by hand. */
  issueByHand(clientId: string): string;
  /** The client that a token was given to, if it was one of this tenant's. */
  clientOf(token: string): string | undefined;
  /** All but those given by hand, which only a person could replace. */
  revokeTokens(): void;
  /** The token endpoint. */
  grant(body: Buffer): Answer;
}

interface Issued {
  readonly clientId: string;
  readonly byHand: boolean;
  readonly expiresAt: number;
  good: boolean;
}

export const SCOPES = [
  'read:organizations',
  'create:organizations',
  'update:organizations',
  'delete:organizations',
  'read:connections',
  'read:organization_connections',
  'create:organization_connections',
  'update:organization_connections',
];

const DAY_SECONDS = 86_400;

export function openModelTokens(now: () => number, tokenSeconds: number): ModelTokens {
  const secrets = new Map<string, Set<string>>();
  const issued = new Map<string, Issued>();

  function issue(clientId: string, seconds: number, byHand: boolean): string {
    const token = `token.${clientId}.${issued.size + 1}`;
    issued.set(token, { clientId, byHand, good: true, expiresAt: now() + seconds * 1000 });
    return token;
  }

  return {
    secrets,
    tokens: {
      issue: ({ clientId }) => issue(clientId, tokenSeconds, false),
      check(authorization) {
        const known = issued.get((authorization ?? '').replace(/^Bearer /i, ''));
        if (known === undefined || !known.good || known.expiresAt <= now()) {
          return { valid: false, status: 401, message: 'Invalid token' };
        }
        return { valid: true, clientId: known.clientId, scopes: SCOPES };
      },
      revokeAll: () => {},
      expireAll: () => {},
    },
    issueByHand: (clientId) => issue(clientId, DAY_SECONDS, true),
    clientOf: (token) => issued.get(token)?.clientId,
    revokeTokens() {
      for (const token of issued.values()) token.good &&= token.byHand;
    },
    grant(body) {
      const { client_id: clientId = '', client_secret: secret = '' } = readForm(body);
      if (secrets.get(clientId)?.has(secret) !== true) {
        return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
      }
      return {
        status: 200,
        body: {
          access_token: issue(clientId, tokenSeconds, false),
          expires_in: tokenSeconds,
          scope: SCOPES.join(' '),
          token_type: 'Bearer',
        },
      };
    },
  };
}

function readForm(body: Buffer): Readonly<Record<string, string | undefined>> {
  return JSON.parse(body.toString()) as Record<string, string>;
}
