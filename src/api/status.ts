import { z } from 'zod';
import { Condition, CONDITION_TYPES } from './conditions.ts';
import type { Immutable } from './immutable.ts';
import { ifReadable, readableItems } from './readable.ts';

/** Words of `progress.phase`. */
export const PROGRESS_PHASES = [
  'ReadingInstitutions',
  'ReadingOrganizations',
  'Planning',
  'Applying',
  'CheckingConnections',
  'Removing',
] as const;
export type ProgressPhase = (typeof PROGRESS_PHASES)[number];

/** Words of `history[].outcome`. */
export const SYNC_OUTCOMES = [
  'Succeeded',
  /** Some changes were refused; the rest was made. */
  'PartiallyFailed',
  'Failed',
  /** Ended before it was done: by a suspension, a change of the spec or a shutdown. */
  'Interrupted',
] as const;
export type SyncOutcome = (typeof SYNC_OUTCOMES)[number];

/** Bounds of the lists, so that the object stays small however many institutions there are. */
export const MAX_FAILURES = 10;
export const MAX_HISTORY = 5;
const MAX_CONDITIONS = 16;

const count = () => z.int().min(0);
const time = () => z.string().meta({ format: 'date-time' });

const LastSync = z.object({
  id: z.string().describe("Identifier of the sync, as in the controller's logs."),
  startTime: time().describe('When it began.'),
  durationSeconds: z.number().min(0).describe('How long it took, in seconds.'),
  requests: count().describe('Requests sent to Auth0, repeated ones included.'),
  created: count().describe('Organizations created.'),
  updated: count().describe('Organizations updated, adopted ones included.'),
  deleted: count().describe('Organizations removed.'),
  failed: count().describe('Changes that Auth0 refused; they are tried again at the next sync.'),
  skipped: count().describe('Rows of THE that cannot become organizations.'),
});
export type LastSync = Immutable<z.output<typeof LastSync>>;

const PastSync = LastSync.extend({
  outcome: z.string().describe(`How it ended: ${SYNC_OUTCOMES.join(', ')}.`),
});
export type PastSync = Immutable<z.output<typeof PastSync>>;

const Failure = z.object({
  institutionId: z.string().describe("The institution's iid."),
  operation: z.string().describe('What was tried: create, update, delete or connect.'),
  statusCode: z
    .int()
    .optional()
    .describe("HTTP status of Auth0's answer; absent when there was no answer."),
  message: z.string().describe('What Auth0 said.'),
});
export type Failure = Immutable<z.output<typeof Failure>>;

const Institutions = z.object({
  total: count().describe('Institutions in the last complete listing.'),
  skipped: count().describe('Rows of it that cannot become organizations.'),
  digest: z
    .string()
    .describe('Fingerprint of the listing; the same as long as nothing that is synced changes.'),
});

const Organizations = z.object({
  total: count().describe('All organizations of the tenant.'),
  managed: count().describe('Organizations that this object manages.'),
  inSync: count().describe('Managed organizations that are as the spec asks.'),
  unmanaged: count().describe('Organizations without the mark; they are left alone.'),
  conflicts: count().describe(
    'Institutions whose organization belongs to somebody else and may not be adopted.',
  ),
  held: count().describe('Changes that wait for approval (see heldChanges).'),
});

const Progress = z.object({
  phase: z.string().describe(`What the sync is doing: ${PROGRESS_PHASES.join(', ')}.`),
  done: count().describe('How much of the phase is done.'),
  total: count().describe('How much there is to do in the phase; 0 while this is not known.'),
});

const PlannedChanges = z.object({
  creations: count().describe('Organizations that would be created.'),
  updates: count().describe('Organizations that would be updated.'),
  deletions: count().describe('Organizations that would be removed.'),
  planHash: z
    .string()
    .optional()
    .describe('Stands for the changes that a limit would hold; absent when none would be held.'),
});

const HeldChanges = z.object({
  deletions: count().describe('Removals that are held.'),
  updates: count().describe('Updates that are held.'),
  planHash: z
    .string()
    .describe(
      'Stands for exactly these changes. To release them, set the annotation sync.timeshighereducation.com/approve to this value.',
    ),
});

/**
 * What the controller found and did. Parsing never fails: a field that cannot be read is left out.
 * Fields that are added to an object later must be optional, or older statuses lose that object.
 */
export const InstitutionSyncStatus = z
  .object({
    observedGeneration: ifReadable(count()).describe(
      'The metadata.generation that this status is about.',
    ),
    lastHandledReconcileAt: ifReadable(z.string()).describe(
      'The value of the annotation requestedAt that was handled last.',
    ),
    lastAttemptTime: ifReadable(time()).describe('When the last sync began.'),
    lastSuccessTime: ifReadable(time()).describe('When the last successful sync ended.'),
    nextSyncTime: ifReadable(time()).describe('When the next sync is due.'),
    institutions: ifReadable(Institutions).describe('What THE listed.'),
    organizations: ifReadable(Organizations).describe('What the tenant holds.'),
    progress: ifReadable(Progress).describe(
      'How far the sync has come. Present only while a sync runs.',
    ),
    lastSync: ifReadable(LastSync).describe('What the last sync did.'),
    plannedChanges: ifReadable(PlannedChanges).describe(
      'What the last sync would have done. Present only in mode Plan.',
    ),
    heldChanges: ifReadable(HeldChanges).describe(
      'Changes that exceed a limit and wait for approval. Present only while there are any.',
    ),
    failures: readableItems(Failure, MAX_FAILURES)
      .describe('Some of the changes that failed in the last sync, at most 10.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
    history: readableItems(PastSync, MAX_HISTORY)
      .describe('The last 5 syncs, the newest first.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
    conditions: readableItems(Condition, MAX_CONDITIONS)
      .describe(`The state in conditions: ${CONDITION_TYPES.join(', ')}.`)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  })
  .catch({});
export type InstitutionSyncStatus = Immutable<z.output<typeof InstitutionSyncStatus>>;
