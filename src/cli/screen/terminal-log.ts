import type { Log } from '../../telemetry/log.ts';
import type { Verbosity } from '../rounds/presenter.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

const SHOWN: Readonly<Record<Verbosity, readonly Level[]>> = {
  quiet: ['error'],
  normal: ['warn', 'error'],
  verbose: ['debug', 'info', 'warn', 'error'],
};
const COLOURS = { debug: 'dim', info: 'dim', warn: 'yellow', error: 'red' } as const;

/** A log for eyes: a line each, `warn: message  field=value`. */
export function terminalLog(
  options: {
    readonly verbosity: Verbosity;
    readonly style: Style;
    readonly print: (line: string) => void;
  },
  bound: Fields = {},
): Log {
  const { verbosity, style, print } = options;

  function write(level: Level, message: string, fields: Fields = {}): void {
    if (!SHOWN[verbosity].includes(level)) return;
    const pairs = Object.entries({ ...bound, ...fields })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `  ${key}=${valueText(value)}`);
    print(style(COLOURS[level], `  ${level}: ${printable(message + pairs.join(''))}`));
  }

  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    child: (fields) => terminalLog(options, { ...bound, ...fields }),
  };
}

function valueText(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.message);
  return typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value);
}
