import type { Answer, Call, Router } from '../exchange.ts';
import { refusal, tokenRefusal } from './answers.ts';
import type { Limiter } from './limiter.ts';
import type { BucketName } from './limits.ts';
import type { Tokens } from './tokens.ts';

/** A request that has passed limits, token and scope. */
export interface ApiRequest {
  /** The values of the path's parameters, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body of a POST or PATCH. */
  readonly body: unknown;
  readonly scopes: readonly string[];
}

/** One endpoint of the Management API. */
export interface Endpoint {
  readonly method: string;
  /** Under `/api/v2`, parameters in braces. */
  readonly path: string;
  readonly bucket: BucketName;
  /** One of these is enough. */
  readonly scopes: readonly string[];
  answer(request: ApiRequest): Answer;
}

export interface ApiOptions {
  readonly endpoints: readonly Endpoint[];
  readonly limiter: Limiter;
  readonly tokens: Tokens;
  /** Whether 429 carries Retry-After. */
  readonly retryAfter: boolean;
  /** The API's identifier for a caller that used this host. */
  readonly audience: (host: string) => string;
  readonly oauthToken: (call: Call) => Promise<Answer>;
}

const LONGEST_CORRELATION_ID = 64;

/** Every path of the tenant's domain that the sandbox knows; any other is 404. */
export function routeApi(options: ApiOptions): Router {
  const endpoints = options.endpoints.map((endpoint) => ({
    endpoint,
    template: `/api/v2${endpoint.path}`,
    pattern: new RegExp(`^/api/v2${endpoint.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  }));

  function limited(bucket: BucketName, answer: () => Answer | Promise<Answer>): Promise<Answer> {
    const { admitted, headers, retryAfter, refusedBy } = options.limiter.admit(bucket);
    if (admitted) return merge(answer(), headers);
    const wait = options.retryAfter ? { 'retry-after': String(retryAfter) } : {};
    return merge(tooManyRequests(refusedBy), { ...headers, ...wait });
  }

  return (call) => {
    if (call.method === 'POST' && call.path === '/oauth/token') {
      const answer = () => (call.tooLarge ? tooLarge() : options.oauthToken(call));
      return { template: call.path, endpoint: 'token', answer: () => limited('token', answer) };
    }
    for (const { endpoint, template, pattern } of endpoints) {
      const found = call.method === endpoint.method && pattern.exec(call.path);
      if (!found) continue;
      return {
        template,
        endpoint: endpoint.bucket,
        answer: () => limited(endpoint.bucket, () => answerFor(endpoint, call, found.groups ?? {})),
      };
    }
    return { template: call.path, endpoint: 'unknown', answer: () => refusal(404, 'Not Found') };
  };

  function answerFor(endpoint: Endpoint, call: Call, raw: Record<string, string>): Answer {
    const audience = options.audience(call.headers.host ?? '');
    const token = options.tokens.check(call.headers.authorization, audience);
    if (!token.valid) {
      return refusal(token.status, token.message, token.status === 400 ? 'Bearer' : undefined);
    }
    if (!endpoint.scopes.some((scope) => token.scopes.includes(scope))) {
      return insufficientScope(endpoint.scopes);
    }
    const correlationId = call.headers['x-correlation-id'] ?? '';
    if (correlationId.length > LONGEST_CORRELATION_ID) {
      return refusal(400, 'X-Correlation-ID has at most 64 characters', 'invalid_headers');
    }
    const parameters = decode(raw);
    if (!parameters) return refusal(400, 'Path validation error: malformed escape', 'invalid_uri');
    const body = hasBody(endpoint.method) ? parseBody(call) : { value: undefined };
    if ('status' in body) return body;
    const { query } = call;
    return endpoint.answer({ parameters, query, body: body.value, scopes: token.scopes });
  }
}

/** 403 with the list of scopes of which one would do. */
export function insufficientScope(scopes: readonly string[]): Answer {
  const message = `Insufficient scope, expected any of: ${scopes.join(',')}`;
  return refusal(403, message, 'insufficient_scope');
}

function tooManyRequests(refusedBy: BucketName | undefined): Answer {
  const global = 'Global limit has been reached';
  if (refusedBy === 'token') return tokenRefusal(429, 'too_many_requests', global);
  const shared = refusedBy === 'global' || refusedBy === 'hidden';
  const message = shared ? global : 'You have exceeded the rate limit of this endpoint';
  return refusal(429, message, 'too_many_requests');
}

function tooLarge(): Answer {
  return refusal(413, 'Payload content length greater than maximum allowed: 1000000');
}

function hasBody(method: string): boolean {
  return method === 'POST' || method === 'PATCH';
}

function parseBody(call: Call): Answer | { readonly value: unknown } {
  if (call.tooLarge) return tooLarge();
  if (!(call.headers['content-type'] ?? '').startsWith('application/json')) {
    return refusal(415, 'Unsupported Media Type');
  }
  try {
    return { value: JSON.parse(call.body.toString('utf8')) as unknown };
  } catch {
    return refusal(400, 'Invalid request payload JSON format');
  }
}

function decode(raw: Readonly<Record<string, string>>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(raw).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return undefined;
  }
}

async function merge(
  answer: Answer | Promise<Answer>,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const settled = await answer;
  return { ...settled, headers: { ...settled.headers, ...headers } };
}
