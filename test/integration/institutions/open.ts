import {
  openSource,
  type InstitutionSource,
  type SourceOptions,
} from '../../../src/institutions/listing.ts';
import type { Log } from '../../../src/telemetry/log.ts';
import type { Clock } from '../../../src/time/clock.ts';

/** A clock whose sleeps end at once and count as time; `waits` lists them. */
export function quickClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  let slept = 0;
  return {
    waits,
    now: () => Date.now() + slept,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      waits.push(ms);
      slept += ms;
    },
  };
}

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const add = (level: string) => (message: string, fields?: object) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  };
  const log = {
    lines,
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    child: () => log,
  };
  return log;
}

/** A source for tests: small pages, quick waits, no jitter. */
export function open(
  server: { readonly endpoint: string; readonly agent: NonNullable<SourceOptions['httpsAgent']> },
  options: Partial<SourceOptions> = {},
): InstitutionSource {
  return openSource({
    endpoint: server.endpoint,
    pageSize: 20,
    minimum: 1,
    fields: [],
    clock: quickClock(),
    random: () => 1,
    log: recordingLog(),
    httpsAgent: server.agent,
    ...options,
  });
}

/** A signal that never aborts. */
export const { signal: never } = new AbortController();

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the promise was to reject');
}
