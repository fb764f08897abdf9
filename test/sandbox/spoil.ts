import { gzipSync } from 'node:zlib';
import type { Answer, Call } from './exchange.ts';
import type { EarlyFault, LateFault } from './fault-kinds.ts';

/** How far an answer gets: all of it, or where it ends. */
export type Ending =
  'whole' | 'reset' | 'reset-after-headers' | 'hang' | 'hang-in-body' | 'cut-body';

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

/** What the client gets in place of the service's answer. `now` is in milliseconds. */
export function intercept(fault: EarlyFault, now: number): Delivery {
  if (fault.kind === 'status') {
    return encode({ status: fault.status, body: fault.body ?? plainError(fault.status) });
  }
  if (fault.kind === 'redirect') {
    return encode({ status: fault.status ?? 302, headers: { location: fault.location } });
  }
  if (fault.kind === 'too-many-requests') {
    return encode({
      status: 429,
      headers: {
        ...(fault.headers ? exhausted(now, fault.waitSeconds ?? 1) : {}),
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
      },
      body: { ...plainError(429), errorCode: 'too_many_requests' },
    });
  }
  return fault.kind === 'html' ? page(200) : encode({ status: 200 }, fault.kind);
}

/** The service's answer, spoiled. `previous` is the one before, to a request of the same template. */
export function spoil(
  fault: LateFault,
  call: Call,
  answer: Answer,
  previous: Answer | undefined,
): Delivery {
  switch (fault.kind) {
    case 'status-after-effect':
      return encode({ status: fault.status, body: fault.body ?? plainError(fault.status) });
    case 'wrong-shape':
      return encode({
        ...answer,
        body: 'body' in fault ? fault.body : { data: plain(answer.body) },
      });
    case 'lost-answer':
      return encode(answer, 'reset');
    case 'reset-after-headers':
    case 'hang-in-body':
    case 'cut-body':
      return encode(answer, fault.kind);
    case 'garbage-json':
      return halved(encode(answer));
    case 'empty':
      return encode({ ...answer, body: Buffer.alloc(0) });
    case 'gzip':
      return zipped(encode(answer));
    case 'repeat-page':
      return encode(previous ?? answer);
    case 'loop-cursor':
      return encode(looped(call, answer));
    case 'delay':
      break;
  }
  return encode(answer);
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

function zipped({ bytes, headers, ...rest }: Delivery): Delivery {
  return { ...rest, headers: { ...headers, 'content-encoding': 'gzip' }, bytes: gzipSync(bytes) };
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
