import type { Audit } from './audit.ts';

/** The steps of a sync as its watchers see them. */
export type Phase =
  'ReadingInstitutions' | 'ReadingOrganizations' | 'Applying' | 'CheckingConnections';

/** Who watches a sync: status, progress bar, metrics, log. Must not throw. */
export interface Observer {
  /** `total` is 0 while it is not known. */
  progress(phase: Phase, done: number, total: number): void;
  changed(audit: Audit): void;
  failed(operation: Audit['operation'], institutionId: string, message: string): void;
}
