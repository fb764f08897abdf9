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
 * The answer that the SDK is given. A real Response would load Node's own fetch, which nothing else
 * here needs: 8 MB of memory.
 */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- more of it is not read
const NO_CONTENT = { status: 204, headers: new Map(), text: async () => '' } as unknown as Response;

/** The SDK brings Headers or a class of its own like it; both can be iterated. */
function entriesOf(headers: RequestInit['headers']): Record<string, string> {
  const entries: [string, string][] = [];
  if (typeof headers === 'object' && Symbol.iterator in headers) {
    for (const [name = '', value = ''] of headers) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

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
    async fetch(url: unknown, init: RequestInit = {}) {
      caught.resolve({
        url: String(url),
        method: init.method ?? 'GET',
        headers: entriesOf(init.headers),
        body: typeof init.body === 'string' ? init.body : undefined,
      });
      return NO_CONTENT;
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
