import type { Fault } from '../api/fault.ts';
import type { Phase } from '../sync/observer.ts';
import type { SyncReport } from '../sync/report.ts';

/**
 * What a reconciliation found out, once for each way it can go. Steps return facts; status,
 * conditions, events and metrics are made from them in one place each.
 */
export type Facts =
  /** A sync is under way. */
  | { readonly kind: 'running'; readonly progress: Progress | undefined }
  /** A sync ran; `fault` in the report when it failed, else it is done. */
  | { readonly kind: 'synced'; readonly report: SyncReport }
  /** No sync could be started. */
  | { readonly kind: 'blocked'; readonly fault: Fault }
  | { readonly kind: 'suspended' }
  /** The controller stopped, or something newer came, in the middle of a sync. */
  | { readonly kind: 'interrupted'; readonly report: SyncReport | undefined };

export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

/** The fault that these facts tell of: of the sync, before it, or the sum of refused changes. */
export function faultOf(facts: Facts): Fault | undefined {
  if (facts.kind === 'blocked') return facts.fault;
  return facts.kind === 'synced' ? facts.report.fault : undefined;
}
