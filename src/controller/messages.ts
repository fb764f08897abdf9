/** What conditions say to people. Constant: a message that changes makes status writes and alerts. */

/** Adds where the cause is described: `docs/operations.md` has a section for each reason. */
export function withRunbook(message: string, reason: string): string {
  return `${message} Runbook: docs/operations.md#${reason.toLowerCase()}`;
}

export const PROGRESSING = 'The first sync of these settings is under way; see status.progress.';
export const SYNCED = "The tenant's organizations equal THE's institutions.";
export const SYNCED_BUT_HELD =
  "The tenant's organizations equal THE's institutions but for the held changes; see condition ChangesHeld.";
export const PLANNED =
  'Mode Plan: nothing was written to Auth0; see status.plannedChanges for what Enforce would do.';
export const PARTIAL_FAILURE =
  'Auth0 refused some changes; see status.failures for which and why. The rest was done, and they are tried again at the next sync.';
export const SUSPENDED = 'spec.suspend is true: no sync is started. Set it to false to go on.';
export const SOURCE_AVAILABLE = "THE's listing was read completely.";
export const TARGET_AVAILABLE = 'Auth0 answers.';
export const DELETIONS_HELD =
  'The sync would remove more organizations than limits.deletions allows, so it removes none. Check what THE lists. To go on, set the annotation sync.timeshighereducation.com/approve to status.heldChanges.planHash, or raise the limit.';
export const UPDATES_HELD =
  'The sync would update more organizations than limits.updates allows, so it updates none. Check what THE lists. To go on, set the annotation sync.timeshighereducation.com/approve to status.heldChanges.planHash, or raise the limit.';
export const SKIPPED =
  "Some of THE's rows cannot become organizations (no iid, an iid that Auth0 does not accept as a name, or no name); the controller's log names some of them. Their organizations, if any, are kept.";
