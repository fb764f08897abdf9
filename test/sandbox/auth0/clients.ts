import { randomBytes } from 'node:crypto';

/** An application of the tenant. */
export interface ClientOptions {
  readonly clientId: string;
  /** Either this or `publicKey`. */
  readonly clientSecret?: string;
  /** PEM (SPKI) of the key pair whose private key signs client assertions. */
  readonly publicKey?: string;
  /** The algorithm that its credential was made for; RS256 by default. */
  readonly algorithm?: 'RS256' | 'RS384' | 'PS256';
  /** Scopes of its grant for the Management API; without it, it is not authorized at all. */
  readonly scopes?: readonly string[];
}

export interface Clients {
  find(clientId: string): ClientOptions | undefined;
  /** Adds a client, or replaces the one with this id. */
  readonly add: (client: ClientOptions) => void;
  /** Makes the old secret invalid at once; tokens stay valid. Returns the new one. */
  readonly rotateSecret: (clientId: string, secret?: string) => string;
}

export function openClients(initial: readonly ClientOptions[]): Clients {
  const clients = new Map(initial.map((client) => [client.clientId, client]));
  return {
    find: (clientId) => clients.get(clientId),
    add: (client) => void clients.set(client.clientId, client),
    rotateSecret(clientId, secret = randomBytes(24).toString('base64url')) {
      const client = clients.get(clientId);
      if (!client) throw new RangeError(`there is no client "${clientId}"`);
      clients.set(clientId, { ...client, clientSecret: secret });
      return secret;
    },
  };
}
