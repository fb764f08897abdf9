import type { Log } from '../../../src/telemetry/log.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines. */
export interface RecordedLog extends Log {
  readonly lines: LogLine[];
}

export function createRecordedLog(
  lines: LogLine[] = [],
  common: Readonly<Record<string, unknown>> = {},
): RecordedLog {
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ level, message, fields: { ...common, ...fields } });
    };
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => createRecordedLog(lines, { ...common, ...fields }),
  };
}
