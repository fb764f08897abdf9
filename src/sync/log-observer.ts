import type { Observer } from './observer.ts';
import type { Log } from '../telemetry/log.ts';

/** Writes each change of the tenant to the log, and passes progress on. */
export function logObserver(log: Log, progress: Observer['progress']): Observer {
  return {
    progress,
    changed({ operation, ...change }) {
      log.info('organization changed', { operation, ...change });
    },
    failed(operation, institutionId, message) {
      log.warn('change refused', { operation, institutionId, detail: message });
    },
  };
}
