import type { Listing } from '../institutions/institution.ts';

/** What a sync needs of THE. */
export interface Source {
  /**
   * All institutions. Rejects with SourceUnavailable or SourceInvalid unless the listing is complete
   * and consistent; retries transient faults itself.
   */
  list(signal: AbortSignal): Promise<Listing>;
  /** Requests sent to THE so far, attempts included. */
  requestCount(): number;
}
