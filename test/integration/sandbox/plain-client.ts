import { trustSandboxes } from '../../sandbox/certificates.ts';

/** An answer as a plain client sees it. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, the text where it is none, undefined where there is no body. */
  readonly body: unknown;
}

export interface PlainClient {
  get(path: string): Promise<Seen>;
  post(path: string, body: unknown): Promise<Seen>;
  patch(path: string, body: unknown): Promise<Seen>;
  remove(path: string): Promise<Seen>;
}

/** Node's own fetch, which trusts the sandboxes, and nothing else; paths are relative to `base`. */
export async function plainClient(base: string, token?: string): Promise<PlainClient> {
  await trustSandboxes();
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const send = (method: string, path: string, body?: unknown) =>
    see(`${base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    patch: (path, body) => send('PATCH', path, body),
    remove: (path) => send('DELETE', path),
  };
}

/** One request, its answer read to the end. */
export async function see(url: string, init: RequestInit = {}): Promise<Seen> {
  await trustSandboxes();
  const response = await fetch(url, init);
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: text === '' ? undefined : parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
