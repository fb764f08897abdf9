import type { Log } from '../telemetry/log.ts';
import type { Observer } from './observer.ts';

/** Who changes the tenant, and under which id the tenant's own logs show it. */
export interface Auditor {
  /** The tenant's domain. */
  readonly tenant: string;
  /** Of the application that the changes are made with; undefined when its token does not tell. */
  readonly clientId: string | undefined;
  /** The process: the pod's or the machine's name. */
  readonly instance: string;
  /** The sync's id, which is sent as X-Correlation-ID. */
  readonly correlationId: string;
}

/** Writes each change of the tenant to the log, and passes progress on. */
export function logObserver(
  log: Log,
  auditor: () => Auditor,
  progress: Observer['progress'],
): Observer {
  return {
    progress,
    changed(audit) {
      log.info('organization changed', { ...audit, ...auditor() });
    },
    failed(operation, institutionId, message) {
      log.warn('change refused', { operation, institutionId, detail: message, ...auditor() });
    },
  };
}
