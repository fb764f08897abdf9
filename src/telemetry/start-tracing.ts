import type { Clock } from '../time/clock.ts';
import type { Log } from './log.ts';
import { registerSecret } from './process-secrets.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What records spans and sends them away. */
export interface Exporter {
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

/** So long the end of the process waits for a collector; the whole stop has 25 seconds. */
const FLUSH_MS = 3_000;

let running: { readonly exporter: Exporter; readonly log: Log } | undefined;

/**
 * Records and exports traces from now on, if the standard variables of OpenTelemetry ask for it:
 * `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_TRACES_EXPORTER=otlp`.
 * Otherwise nothing is loaded. What cannot be done is a warning: no sync fails for want of traces.
 */
export async function startTracing(env: Environment, log: Log): Promise<void> {
  if (running !== undefined || !isAsked(env, log)) return;
  hideHeaders(env);
  const { startExporter } = await import('./otlp.ts');
  running = { exporter: startExporter(env, log), log };
  log.debug('traces are exported');
}

/** Sends the last spans, and ends the export; in time also when no collector answers. */
export async function stopTracing(clock: Clock): Promise<void> {
  if (running === undefined) return;
  const { exporter, log } = running;
  running = undefined;
  const flushed = new AbortController();
  const late = clock.sleep(FLUSH_MS, flushed.signal).then(() => {
    throw new Error('the collector did not answer in time');
  });
  try {
    await Promise.race([exporter.shutdown(), late]);
  } catch (error) {
    // A collector that is away does not change what the program has done.
    log.warn('traces: the last ones could not be sent', { error });
  } finally {
    late.catch(() => {});
    flushed.abort();
  }
}

function isAsked(env: Environment, log: Log): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporter = env['OTEL_TRACES_EXPORTER']?.trim();
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (exporter === 'none' || (!exporter && !endpoint)) return false;
  if (exporter && exporter !== 'otlp') {
    return cannot('OTEL_TRACES_EXPORTER', 'otlp or none', log);
  }
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol && protocol !== 'http/protobuf') {
    return cannot('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf', log);
  }
  return true;
}

function cannot(variable: string, choices: string, log: Log): false {
  log.warn('no traces: a variable asks for what this program does not have', {
    variable,
    choices,
  });
  return false;
}

/** They hold the collector's credentials: `key=value,key=value`, percent-encoded. */
function hideHeaders(env: Environment): void {
  for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']) {
    for (const pair of (env[name] ?? '').split(',')) {
      const value = pair.slice(pair.indexOf('=') + 1).trim();
      if (value === '') continue;
      registerSecret(value);
      registerSecret(decoded(value));
    }
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
