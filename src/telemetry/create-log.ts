import { once } from 'node:events';
import type { Writable } from 'node:stream';
import winston from 'winston';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/clock.ts';
import { jsonLine, prettyLine } from './log-line.ts';
import type { Log } from './log.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { spanIds } from './tracing.ts';

/** From the fewest lines to the most; each level holds those before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** One JSON object a line for machines, or a readable line for people. */
  readonly format: 'json' | 'pretty';
  /** Standard error without it, so that results on standard output stay clean. */
  readonly stream?: Writable;
  /** What must not be shown; by its looks alone without it. */
  readonly secrets?: Secrets;
  readonly clock?: Pick<Clock, 'now'>;
}

/** A log that can be brought to its end. */
export interface ClosableLog extends Log {
  /** Resolves when all lines have left the process; later lines are dropped. */
  close(): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Streams whose errors are taken care of. */
const watched = new WeakSet<Writable>();

/**
 * A log of one line a message. Secrets are hidden here and nowhere else: by the names of fields, by
 * registered values, and by their looks, in messages, fields, errors and stacks alike. Never throws;
 * lines that cannot be written any more (a closed pipe) are dropped.
 */
export function createLog(options: LogOptions): ClosableLog {
  const { format, stream = process.stderr, clock = systemClock } = options;
  const secrets = options.secrets ?? createSecrets();
  const line = format === 'json' ? jsonLine : prettyLine;
  const transport = new winston.transports.Stream({ stream, eol: '\n' });
  // winston merges fields into its own objects and changes errors that it is given, so it gets the
  // finished line and nothing else.
  const logger = winston.createLogger({
    level: options.level,
    format: winston.format.printf(({ message }) => String(message)),
    transports: [transport],
  });
  let closed = false;
  if (!watched.has(stream)) {
    watched.add(stream);
    stream.on('error', () => {});
  }

  function child(more: Fields): Log {
    function write(level: LogLevel, message: string, fields: Fields = {}): void {
      if (closed || !logger.isLevelEnabled(level)) return;
      const all = { ...more, ...fields, ...spanIds() };
      const entry = { time: clock.now(), level, message, fields: all };
      logger.log({ level, message: line(entry, secrets) });
    }
    return {
      debug: (message, fields) => write('debug', message, fields),
      info: (message, fields) => write('info', message, fields),
      warn: (message, fields) => write('warn', message, fields),
      error: (message, fields) => write('error', message, fields),
      child: (fields) => child({ ...more, ...fields }),
    };
  }

  return {
    ...child({}),
    async close() {
      if (closed) return;
      closed = true;
      const handedOn = once(transport, 'finish');
      logger.end();
      await handedOn;
      await new Promise<void>((resolve) => {
        stream.write('', () => resolve());
      });
    },
  };
}
