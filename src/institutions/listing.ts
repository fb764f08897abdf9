import type { Agent } from 'node:https';
import type { AxiosAdapter } from 'axios';
import { Fault } from '../api/fault.ts';
import type { MetadataField } from '../api/spec.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { ROWS_PER_SLICE } from '../time/slices.ts';
import { digestOf } from './digest.ts';
import type { Institution, Listing } from './institution.ts';
import type { Page, Recall } from './page.ts';
import { createPageReader, type KnownPage, type PageReader } from './page-reader.ts';
import type { Connection } from './request.ts';
import { createTally } from './tally.ts';

/** How THE is read. */
export interface SourceOptions {
  /** An https URL; `limit` and `offset` are added to its query. */
  readonly endpoint: string;
  /** Rows to ask for at a time. */
  readonly pageSize: number;
  /** Fewer institutions than this are a fault of the source. */
  readonly minimum: number;
  /** The fields to keep of each row besides its id and name. */
  readonly fields: readonly MetadataField[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** For tests with a CA of their own; without it one agent serves the whole process. */
  readonly httpsAgent?: Agent;
  /** In place of the network. */
  readonly adapter?: AxiosAdapter | undefined;
  /** Called for each request with the answer's status, or `error` where there was none. */
  readonly onRequest?: (code: string) => void;
  /** Longest time for one request with its body; 20 seconds without it. */
  readonly requestTimeoutMs?: number;
}

/** THE's institutions; fulfils what the engine asks of a source. */
export interface InstitutionSource {
  /**
   * All institutions, once they are known to be complete and consistent. Retries what may pass;
   * rejects with SourceUnavailable or SourceInvalid, or at once with an aborted signal's reason.
   * Pages that THE says have not changed (ETag) are not sent again.
   */
  list(signal: AbortSignal): Promise<Listing>;
  /** Requests sent so far, attempts included. */
  requestCount(): number;
}

/** One reading of all pages, from the first to the empty one, by their offsets. */
interface Reading {
  readonly pages: ReadonlyMap<number, KnownPage>;
  readonly contradiction: string | undefined;
}

const HOLE = 'an empty page stands before others';

const REQUEST_TIMEOUT_MS = 20_000;

/** Opens THE's list of institutions. Throws InvalidSpec unless the endpoint is an https URL. */
export function openSource(options: SourceOptions): InstitutionSource {
  const { pageSize, minimum, log } = options;
  const endpoint = endpointOf(options.endpoint);
  const where = `https://${endpoint.host}${endpoint.pathname}`;
  let requests = 0;
  const connection: Connection = {
    where,
    clock: options.clock,
    httpsAgent: options.httpsAgent,
    adapter: options.adapter,
    timeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    onRequest(code) {
      requests += 1;
      options.onRequest?.(code);
    },
  };
  /** The last reading that was complete and consistent, and what came of it. */
  let previous: { readonly reading: Reading; readonly listing: Listing } | undefined;

  async function list(signal: AbortSignal): Promise<Listing> {
    const readPage = createPageReader({
      ...options,
      connection,
      endpoint,
      recall: recallFrom(previous?.listing ?? { institutions: [] }),
    });
    let reading = await readAll(readPage, pageSize, previous?.reading.pages, signal);
    if (reading.contradiction !== undefined) {
      log.warn('THE contradicts itself or changed while it was read; reading it once more', {
        endpoint: where,
        contradiction: reading.contradiction,
      });
      reading = await readAll(readPage, pageSize, undefined, signal);
    }
    if (reading.contradiction !== undefined) {
      throw invalid(where, `contradicts itself: ${reading.contradiction}`);
    }
    const pages = pagesOf(reading);
    const known = previous;
    const unchanged = known !== undefined && isSame(pages, pagesOf(known.reading));
    const listing = unchanged ? known.listing : await compose(pages, signal);
    if (listing.institutions.length < minimum) {
      throw invalid(where, `has fewer institutions than institutions.minimum (${minimum})`);
    }
    previous = { reading, listing };
    return listing;
  }

  return { list, requestCount: () => requests };
}

function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  throw new Fault('InvalidSpec', 'institutions.endpoint must be an https URL. Correct it.');
}

async function readAll(
  readPage: PageReader,
  pageSize: number,
  known: ReadonlyMap<number, KnownPage> | undefined,
  signal: AbortSignal,
): Promise<Reading> {
  const tally = createTally();
  const pages = new Map<number, KnownPage>();
  let last: Page | undefined;
  for (;;) {
    const offset = tally.received();
    const read = await readPage(offset, known?.get(offset), signal);
    pages.set(offset, read);
    const contradiction = tally.add(read.page);
    if (contradiction !== undefined) return { pages, contradiction };
    if (read.page.received > 0) {
      last = read.page;
      continue;
    }
    // A full page and then none may be the end, or a page lost on the way: look one page further.
    if (last !== undefined && last.received >= pageSize && tally.endUnproven()) {
      const further = offset + pageSize;
      const beyond = await readPage(further, known?.get(further), signal);
      pages.set(further, beyond);
      if (beyond.page.received > 0) return { pages, contradiction: HOLE };
    }
    return { pages, contradiction: tally.end() };
  }
}

function pagesOf(reading: Reading): readonly Page[] {
  return [...reading.pages.values()].map(({ page }) => page);
}

/** Whether both are the very same pages: unchanged pages are taken over, never copied. */
function isSame(pages: readonly Page[], others: readonly Page[]): boolean {
  return pages.length === others.length && pages.every((page, index) => page === others[index]);
}

/**
 * Mostly every row is where it was, or all have moved by a few: the index is made as far as it is asked
 * for, a slice at a time, and holds what has not been found again. A row that it does not reach is
 * not recalled, which costs its memory and nothing else.
 */
function recallFrom({ institutions }: Pick<Listing, 'institutions'>): Recall {
  const ahead = new Map<string, Institution>();
  let next = 0;
  return (id) => {
    for (const end = next + ROWS_PER_SLICE; !ahead.has(id) && next < end; next += 1) {
      const institution = institutions[next];
      if (institution === undefined) break;
      ahead.set(institution.id, institution);
    }
    const found = ahead.get(id);
    ahead.delete(id);
    return found;
  };
}

async function compose(pages: readonly Page[], signal: AbortSignal): Promise<Listing> {
  const institutions = pages.flatMap((page) => page.institutions);
  const skipped = pages.flatMap((page) => page.skipped);
  return { institutions, skipped, digest: await digestOf(institutions, skipped, signal) };
}

function invalid(where: string, what: string): Fault {
  const message = `The listing of ${where} ${what}. Nothing was changed. Ask Times Higher Education, or check the endpoint; the next sync tries again.`;
  return new Fault('SourceInvalid', message);
}
