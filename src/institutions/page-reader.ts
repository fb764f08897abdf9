import type { MetadataField } from '../api/spec.ts';
import type { Log } from '../telemetry/log.ts';
import { type Backoff, backoffDelay, type Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import { endless, type Failure, unreadable } from './failure.ts';
import { type Page, type Recall, readPage } from './page.ts';
import { type Connection, request } from './request.ts';

/** A page, with the ETag by which it can be asked for again where THE gave one. */
export interface KnownPage {
  readonly page: Page;
  readonly etag: string | undefined;
}

/** What a reader of pages needs. */
export interface PageReaderOptions {
  readonly connection: Connection;
  readonly endpoint: URL;
  readonly pageSize: number;
  readonly fields: readonly MetadataField[];
  readonly recall: Recall;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Reads the page at `offset`, or takes the known one when THE says that it has not changed. */
export type PageReader = (
  offset: number,
  known: KnownPage | undefined,
  signal: AbortSignal,
) => Promise<KnownPage>;

const BACKOFF: Backoff = { firstMs: 500, capMs: 16_000 };

/** The first attempt and five retries. */
const MOST_ATTEMPTS = 6;

/** What failures may cost a listing, waits included: a fault that lasts is said within 3 minutes. */
const RETRY_BUDGET_MS = 120_000;

/** A hundred thousand rows take minutes. */
const LONGEST_LISTING_HOURS = 2;

/**
 * A reader for one listing. It retries what may pass, no sooner than `Retry-After` says, and rejects
 * with the last fault when the attempts of a page or the time of the whole listing are used up,
 * and once a listing that goes on and on is taken for one without end.
 */
export function createPageReader(options: PageReaderOptions): PageReader {
  const { connection, clock, random, log } = options;
  const endsAt = clock.now() + LONGEST_LISTING_HOURS * 3_600_000;
  let leftMs = RETRY_BUDGET_MS;

  return async (offset, known, signal) => {
    const url = pageUrl(options, offset);
    for (let attempt = 0; ; attempt += 1) {
      const started = clock.now();
      if (started > endsAt) throw endless(connection.where, LONGEST_LISTING_HOURS);
      const outcome = await readOnce(options, url, known, signal);
      if ('page' in outcome) return outcome;
      leftMs -= Math.max(0, clock.now() - started);
      const waitMs = Math.max(backoffDelay(BACKOFF, attempt, random), outcome.retryAfterMs);
      leftMs -= waitMs;
      if (!outcome.transient || attempt + 1 >= MOST_ATTEMPTS || leftMs <= 0) throw outcome.fault;
      const { reason, statusCode } = outcome.fault;
      log.warn('A page of THE could not be read; trying again', {
        endpoint: connection.where,
        offset,
        reason,
        statusCode,
        waitMs: Math.round(waitMs),
      });
      await clock.sleep(waitMs, signal);
    }
  };
}

async function readOnce(
  { connection, fields, recall }: PageReaderOptions,
  url: URL,
  known: KnownPage | undefined,
  signal: AbortSignal,
): Promise<KnownPage | Failure> {
  const answer = await request(
    connection,
    url,
    known?.etag,
    (body) => readPage(body, fields, known?.page, recall, signal),
    signal,
  );
  if (answer.kind === 'failure') return answer;
  if (answer.kind === 'read') return { page: answer.value, etag: answer.etag };
  return known ?? unreadable(connection.where, 304, undefined);
}

/** The endpoint with `limit` and `offset`; its own query stays. */
function pageUrl({ endpoint, pageSize }: PageReaderOptions, offset: number): URL {
  const url = new URL(endpoint);
  url.searchParams.set('limit', String(pageSize));
  url.searchParams.set('offset', String(offset));
  return url;
}
