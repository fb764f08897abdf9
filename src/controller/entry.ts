import { z } from 'zod';
import { parseDuration } from '../api/duration.ts';
import type { InstitutionSyncStatus } from '../api/status.ts';
import type { WatchedObject } from './watched-object.ts';
import type { Publication } from './publish.ts';
import { longestDelay } from './schedule.ts';
import type { Session } from './session.ts';

/** What the controller keeps in memory about one object. Losing it costs a sync, nothing more. */
export interface Entry {
  readonly uid: string;
  /** The last status written by this process, newer than what the watch may have shown. */
  status: InstitutionSyncStatus;
  /** When the next sync is due, in epoch milliseconds. */
  nextAt: number;
  /** Requests for a sync (values of the annotations) that have been answered. */
  answered: readonly string[];
  /** Something changed outside the object (its Secret, a rival), so a sync is due at once. */
  wake: boolean;
  /** The generation whose settings a whole sync has carried out; undefined: none that is known. */
  syncedGeneration: number | undefined;
  /** Syncs in a row that ended with a fault. */
  failures: number;
  session: Session | undefined;
  /** What became of the last sync, as long as the API server has not taken it. */
  unpublished: Publication | undefined;
  /** The object is gone: what still ends is not measured any more. */
  gone: boolean;
  /** What is under way for the object, if anything, and for which of its generations. */
  run: Run | undefined;
}

export interface Run {
  /** Names the sync in logs, in the status, and in Auth0's own logs. */
  readonly id: string;
  readonly generation: number;
  readonly abort: AbortController;
}

/**
 * The entry of an object that this process sees for the first time. After a restart the nap goes on
 * where it was, so that many objects do not all sync at once; but a sync that was cut off, failed, or
 * is for older settings is due now.
 */
export function newEntry(object: WatchedObject): Entry {
  const status = object.status ?? {};
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const isSettled =
    status.progress === undefined &&
    ready?.status === 'True' &&
    ready.observedGeneration === object.metadata.generation;
  const next = status.nextSyncTime === undefined ? 0 : Date.parse(status.nextSyncTime);
  return {
    uid: object.metadata.uid,
    status,
    nextAt: isSettled ? next : 0,
    answered: answeredBefore(object),
    wake: false,
    syncedGeneration: isSettled ? object.metadata.generation : undefined,
    failures: 0,
    session: undefined,
    unpublished: undefined,
    gone: false,
    run: undefined,
  };
}

/**
 * The status names the one request that was answered last. While it stands, the other annotation's has
 * been answered too, unless it is not known to be older; then the worst is a sync too many.
 */
function answeredBefore(object: WatchedObject): readonly string[] {
  const last = object.requests.find((value) => value === object.status?.lastHandledReconcileAt);
  if (last === undefined) return [];
  return object.requests.filter((value) => value === last || timeOf(value) <= timeOf(last));
}

const Rfc3339 = z.iso.datetime({ offset: true });

/** NaN for a value that is no time: `Date.parse` alone takes `release-7` for the year 2001. */
function timeOf(value: string): number {
  return Rfc3339.safeParse(value).success ? Date.parse(value) : Number.NaN;
}

/** The value of an annotation that asks for a sync now, when it has not been answered yet. */
export function unansweredRequest(object: WatchedObject, entry: Entry): string | undefined {
  return object.requests.findLast((value) => !entry.answered.includes(value));
}

/** The approval that fits the held changes, if a person has given it. */
export function fittingApproval(object: WatchedObject, entry: Entry): string | undefined {
  const hash = entry.status.heldChanges?.planHash;
  return object.approval === hash ? hash : undefined;
}

/** Whether a sync is to start now. */
export function isDue(object: WatchedObject, entry: Entry, now: number): boolean {
  return (
    entry.wake ||
    isUnsynced(object, entry) ||
    unansweredRequest(object, entry) !== undefined ||
    fittingApproval(object, entry) !== undefined ||
    now >= entry.nextAt ||
    isBeyondNap(object, entry, now)
  );
}

/** The time was set when the clock was wrong, by this process or by the one before it. */
function isBeyondNap({ spec }: WatchedObject, entry: Entry, now: number): boolean {
  return spec !== undefined && entry.nextAt - now > longestDelay(parseDuration(spec.nap));
}

/** Without a verdict for this generation: changed while suspended, or stopped before the end. */
function isUnsynced(object: WatchedObject, entry: Entry): boolean {
  const ready = entry.status.conditions?.find(({ type }) => type === 'Ready');
  return (
    ready === undefined ||
    ready.status === 'Unknown' ||
    ready.observedGeneration !== object.metadata.generation
  );
}
