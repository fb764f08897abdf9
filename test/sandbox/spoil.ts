import { gzipSync } from 'node:zlib';
import type { Answer, Call } from './exchange.ts';
import type { FaultKind } from './faults.ts';

/** How far an answer gets: all of it, or where it ends. */
export type Ending = 'whole' | 'reset' | 'reset-after-headers' | 'hang' | 'hang-in-body' | 'cut-body';

/** An answer as bytes, and how far they get. */
export interface Delivery {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly ending: Ending;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML = '<!DOCTYPE html><html><body><h1>Sign in to continue</h1></body></html>';

/** An answer as it should be. */
export function encode(answer: Answer, ending: Ending = 'whole'): Delivery {
  const bytes =
    answer.body === undefined
      ? Buffer.alloc(0)
      : answer.body instanceof Uint8Array
        ? Buffer.from(answer.body)
        : Buffer.from(JSON.stringify(answer.body));
  const type = answer.body === undefined ? {} : { 'content-type': JSON_TYPE };
  return { status: answer.status, headers: { ...type, ...answer.headers }, bytes, ending };
}

/** What the client gets in place of the service's answer; undefined when the service answers. */
export function intercept(kind: FaultKind, now: number): Delivery | undefined {
  switch (kind.kind) {
    case 'status':
      return encode({ status: kind.status, body: kind.body ?? plainError(kind.status) });
    case 'reset':
    case 'hang':
      return encode({ status: 200 }, kind.kind);
    case 'html':
      return page(200);
    case 'redirect':
      return encode({ status: kind.status ?? 302, headers: { location: kind.location } });
    case 'too-many-requests':
      return encode({
        status: 429,
        headers: {
          ...(kind.headers ? exhausted(now, kind.waitSeconds ?? 1) : {}),
          ...(kind.retryAfter === undefined ? {} : { 'retry-after': kind.retryAfter }),
        },
        body: { ...plainError(429), errorCode: 'too_many_requests' },
      });
    default:
      return undefined;
  }
}

/** The service's answer, spoiled. `previous` is the path's last answer, `cursor` its first `next`. */
export function spoil(
  kind: FaultKind,
  call: Call,
  answer: Answer,
  memory: { readonly previous: Answer | undefined },
): Delivery {
  switch (kind.kind) {
    case 'status-after-effect':
      return encode({ status: kind.status, body: kind.body ?? plainError(kind.status) });
    case 'lost-answer':
      return encode(answer, 'reset');
    case 'reset-after-headers':
    case 'hang-in-body':
    case 'cut-body':
      return encode(answer, kind.kind);
    case 'garbage-json':
      return halved(encode(answer));
    case 'empty':
      return encode({ ...answer, body: Buffer.alloc(0) });
    case 'gzip': {
      const { bytes, headers, ...rest } = encode(answer);
      return { ...rest, bytes: gzipSync(bytes), headers: { ...headers, 'content-encoding': 'gzip' } };
    }
    case 'repeat-page':
      return encode(memory.previous ?? answer);
    case 'loop-cursor':
      return encode(looped(call, answer));
    case 'wrong-shape':
      return encode({ ...answer, body: kind.body ?? { data: plain(answer.body) } });
    default:
      return encode(answer);
  }
}

/** The next page is said to be the one that was asked for just now. */
function looped(call: Call, answer: Answer): Answer {
  const from = call.query.get('from');
  const body = plain(answer.body);
  if (from === null || typeof body !== 'object' || body === null) return answer;
  return { ...answer, body: { ...body, next: from } };
}

function plain(body: unknown): unknown {
  return body instanceof Uint8Array ? JSON.parse(Buffer.from(body).toString()) : body;
}

/** Text that stops in the middle, though the message is complete. */
function halved(delivery: Delivery): Delivery {
  return { ...delivery, bytes: delivery.bytes.subarray(0, Math.ceil(delivery.bytes.length / 2)) };
}

function page(status: number): Delivery {
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  return { status, headers, bytes: Buffer.from(HTML), ending: 'whole' };
}

function plainError(statusCode: number): { statusCode: number; error: string; message: string } {
  return { statusCode, error: 'Fault', message: `Fault made by the sandbox: ${statusCode}` };
}

function exhausted(now: number, waitSeconds: number): Record<string, string> {
  return {
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(now / 1000 + waitSeconds)),
  };
}
