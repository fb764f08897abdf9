import type { InstitutionSyncStatus } from '../api/status.ts';
import type { WatchedObject } from './watched-object.ts';

/** The few things that the reconciler does in the cluster. Rejections are the API server's. */
export interface ObjectApi {
  /** Replaces what this controller has written of the status. */
  writeStatus(
    object: WatchedObject,
    status: InstitutionSyncStatus,
    signal: AbortSignal,
  ): Promise<void>;
  setFinalizer(object: WatchedObject, present: boolean, signal: AbortSignal): Promise<void>;
  /** Takes the approval off, so that it counts once; rejects when it is no longer this one. */
  removeApproval(object: WatchedObject, hash: string, signal: AbortSignal): Promise<void>;
  /** The Secret's decoded keys; undefined when there is no such Secret. */
  readSecret(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>> | undefined>;
  /** Records an event on the object; a failure is logged, never thrown. */
  recordEvent(object: WatchedObject, event: ObjectEvent, signal: AbortSignal): Promise<void>;
}

export interface ObjectEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: EventReason;
  /** What the controller did or tried, one word. */
  readonly action: 'Sync' | 'Approve' | 'Authenticate' | 'Remove';
  readonly note: string;
}

/** Part of the API, as reasons of conditions are: `docs/operations.md` has a row for each. */
export const EVENT_REASONS = [
  'SyncSucceeded',
  'SyncFailed',
  'ChangesHeld',
  'ChangesApproved',
  'CredentialsRotated',
  'OwnershipConflict',
  'InstitutionsSkipped',
  'OrganizationsRemoved',
  'OrganizationsLeftBehind',
] as const;
export type EventReason = (typeof EVENT_REASONS)[number];
