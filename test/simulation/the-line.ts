import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';
import type { Dice } from './dice.ts';
import type { Knowledge } from './knowledge.ts';
import type { Machine } from './machine.ts';
import type { ModelThe, ScanFault, ShownPage } from './model-the.ts';
import { openNetwork } from './network.ts';
import type { Timeline } from './timeline.ts';
import type { Fate, Weather } from './weather.ts';

/** As the real client's, which measures it with a timer of Node's. */
const TIMEOUT_MS = 20_000;

interface TheAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the page shows, where there is one. */
  readonly page: ShownPage | undefined;
}

/** THE as machines reach it. */
export interface TheService {
  connect(machine: Machine): AxiosAdapter;
  open(machine: Machine): number;
  /** Called when a listing begins. */
  onScan: () => void;
}

/** The endpoint of an object names it, so that its requests can be told from others'. */
export function endpointOf(object: string): string {
  return `https://api.timeshighereducation.com/refdata/institutions?object=${object}`;
}

export function openTheService(options: {
  readonly the: ModelThe;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly knowledge: Knowledge;
  readonly dice: Dice;
}): TheService {
  const { the, timeline, weather, knowledge, dice } = options;
  const network = openNetwork(timeline, weather);
  const scans = new Map<string, ScanFault | undefined>();

  function serve(reader: string, query: URLSearchParams, fate: Fate, etag: unknown): TheAnswer {
    const offset = Number(query.get('offset'));
    const limit = Number(query.get('limit'));
    if (offset === 0) {
      scans.set(reader, the.beginScan(reader));
      service.onScan();
    }
    if (fate === 'error' || fate === 'errorAfter') return refused(dice.pick([500, 502, 503]));
    if (fate === 'throttled') return refused(429, { 'retry-after': '1' });
    if (fate === 'denied') return refused(dice.pick([403, 404]));
    const page = the.page(offset, limit, scans.get(reader));
    const text = JSON.stringify(page);
    if (fate === 'garbage') return garbage(text, dice);
    const tag = `"${text.length}-${hash(text)}"`;
    const isKnown = etag === tag;
    const body = isKnown ? Buffer.alloc(0) : Buffer.from(text);
    return { status: isKnown ? 304 : 200, headers: { etag: tag }, body, page };
  }

  const service: TheService = {
    onScan: () => {},
    open: (machine) => network.open(machine),
    connect: (machine) => async (config) => {
      const query = new URL(config.url ?? '').searchParams;
      const object = query.get('object') ?? '';
      const reader = `${machine.name} ${object}`;
      const fate = weather.fate();
      const answer = await network.send<TheAnswer>({
        machine,
        fate,
        signal: signalOf(config),
        limitMs: TIMEOUT_MS,
        serve: (reply) => reply(serve(reader, query, fate, config.headers.get('If-None-Match'))),
        learn({ page }) {
          const offset = Number(query.get('offset'));
          const session = knowledge.session(machine, object);
          if (page !== undefined) session.scanned(offset, page);
        },
      });
      const { status, headers, body } = answer;
      return { status, statusText: '', headers: { ...headers }, config, data: streamOf(body) };
    },
  };
  return service;
}

function signalOf({ signal }: InternalAxiosRequestConfig): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  throw new TypeError('a request to THE without a signal');
}

function refused(status: number, headers: Readonly<Record<string, string>> = {}): TheAnswer {
  return { status, headers, body: Buffer.from('{"message":"not now"}'), page: undefined };
}

function garbage(text: string, dice: Dice): TheAnswer {
  const body = dice.pick([
    '',
    '<!doctype html><title>Sorry</title>',
    text.slice(0, text.length / 2),
    '{"rowCount":"3","rows":{}}',
    '{"data":[]}',
  ]);
  return { status: 200, headers: {}, body: Buffer.from(body), page: undefined };
}

/** As much of Node's stream as a reader of pages uses. */
function streamOf(body: Buffer) {
  return {
    async *[Symbol.asyncIterator]() {
      yield body;
    },
    resume() {},
    destroy() {},
  };
}

function hash(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
  return sum;
}
