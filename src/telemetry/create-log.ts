import type { Writable } from 'node:stream';
import { createLogger, format, transports, type Logger } from 'winston';
import type { Log } from './log.ts';
import { redact } from './redact.ts';

export { hideSecrets, registerSecret } from './redact.ts';

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Standard output unless given. */
  readonly output?: Writable;
  /** For tests; the system's time unless given. */
  readonly now?: () => number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Logs as JSON lines: time, level, message, then the fields, without secrets. */
export function createLog(options: LogOptions): Log {
  const { level, output = process.stdout, now = Date.now } = options;
  const logger = createLogger({
    level,
    format: format.printf((line) => String(line.message)),
    transports: [new transports.Stream({ stream: output })],
  });
  return withFields(logger, now, {});
}

function withFields(logger: Logger, now: () => number, common: Fields): Log {
  function write(level: LogOptions['level'], message: string, fields: Fields = {}): void {
    if (!logger.isLevelEnabled(level)) return;
    const time = new Date(now()).toISOString();
    // The line is made here: winston would spread an Error's fields over it, unredacted.
    const own = redact({ ...common, ...fields }) as object;
    logger.log(level, JSON.stringify({ time, level, message, ...without(own) }));
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    child: (fields) => withFields(logger, now, { ...common, ...fields }),
  };
}

/** A field must not pass for the line's own time, level or message. */
function without(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) =>
      key === 'time' || key === 'level' || key === 'message'
        ? [`field_${key}`, value]
        : [key, value],
    ),
  );
}
