import { ConnectionsClient } from 'auth0/connections';
import { OrganizationsClient } from 'auth0/organizations';
import type { HttpRequest } from './exchange.ts';

/** The clients of Auth0's SDK, which know paths, parameters and encodings. */
export interface Sdk {
  readonly organizations: OrganizationsClient;
  readonly connections: ConnectionsClient;
}

/** One call of the SDK that makes one request. */
export type SdkCall = (sdk: Sdk) => PromiseLike<unknown>;

/**
 * The request to `domain` that a call of the SDK would send, without authorization. The SDK sends
 * nothing itself: it takes an unreadable page for an empty one, does not bound a body in time or
 * size, and leaves a timer of a minute behind each failure.
 */
export async function requestOf(domain: string, call: SdkCall): Promise<HttpRequest> {
  const caught = Promise.withResolvers<HttpRequest>();
  const options = {
    baseUrl: `https://${domain}/api/v2`,
    auth: false as const,
    token: '',
    maxRetries: 0,
    async fetch(url: string | URL | Request, init: RequestInit = {}) {
      caught.resolve({
        url: url instanceof Request ? url.url : String(url),
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === 'string' ? init.body : undefined,
      });
      return new Response(null, { status: 204 });
    },
  };
  const sdk = {
    organizations: new OrganizationsClient(options),
    connections: new ConnectionsClient(options),
  };
  Promise.resolve(call(sdk)).then(
    // Comes after the request, or there is none.
    () => caught.reject(new Error('the SDK made no request')),
    (error: unknown) => caught.reject(error),
  );
  return caught.promise;
}
