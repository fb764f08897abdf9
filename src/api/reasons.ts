/**
 * Why an InstitutionSync is not Ready. Part of the API: dashboards and alerts match on these words.
 * `docs/operations.md` has a section for each.
 */
export const FAULT_REASONS = [
  /** THE cannot be reached, or answers with an error. Retried. */
  'SourceUnavailable',
  /** THE answered, but the listing is incomplete, inconsistent or of the wrong shape. Retried. */
  'SourceInvalid',
  /** The Secret of `credentialsSecretRef` does not exist in the object's namespace. */
  'SecretNotFound',
  /** The Secret has not the keys of one kind of credentials, or has them empty or malformed. */
  'SecretInvalid',
  /** Auth0 refuses the credentials or the token. */
  'AuthenticationFailed',
  /** The token lacks a scope that the settings need. */
  'InsufficientScope',
  /** Auth0 cannot be reached, answers with errors, or its listing cannot be trusted. Retried. */
  'TargetUnavailable',
  /** A connection of `auth0.connections` does not exist in the tenant. */
  'ConnectionNotFound',
  /** Some changes were refused; the rest was done. Retried with the next sync. */
  'PartialFailure',
  /** The tenant holds no further organizations. */
  'CapacityExceeded',
  /** The object asks for something that cannot work or is not allowed. */
  'InvalidSpec',
  /** An older InstitutionSync works on the same tenant. */
  'TenantConflict',
] as const;
export type FaultReason = (typeof FAULT_REASONS)[number];

/** Reasons of condition Ready while nothing is wrong. */
export const READY_REASONS = [
  /** The organizations equal the institutions, but for held changes. */
  'Synced',
  /** Mode Plan: the plan is made, and nothing was written. */
  'Planned',
  /** The first sync of these settings has not ended; also of condition Reconciling. */
  'Progressing',
] as const;
export type ReadyReason = (typeof READY_REASONS)[number];

/** Reasons of condition ChangesHeld. */
export const HELD_REASONS = [
  /** More removals than `limits.deletions`, and perhaps held updates too. */
  'DeletionLimitExceeded',
  /** More updates than `limits.updates`. */
  'UpdateLimitExceeded',
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** Reasons of the other conditions, while nothing is wrong with what they tell of or nobody need act. */
export const OTHER_REASONS = [
  /** SourceAvailable: THE's listing was read completely. */
  'ListingComplete',
  /** TargetAvailable: the tenant was read and could be written. */
  'Reachable',
  /** InstitutionsSkipped: some of THE's rows cannot become organizations. */
  'InvalidRows',
  /** Suspended: `spec.suspend` is set. */
  'Suspended',
] as const;
export type OtherReason = (typeof OTHER_REASONS)[number];

/** Every reason that a condition can have. */
export type Reason = FaultReason | ReadyReason | HeldReason | OtherReason;

/**
 * Reasons that no retry mends: a person must act, so condition Stalled is set and only slow retries
 * remain. A missing Secret is not among them: GitOps tools often apply it a little later.
 */
const STALLING: ReadonlySet<FaultReason> = new Set<FaultReason>([
  'SecretInvalid',
  'AuthenticationFailed',
  'InsufficientScope',
  'ConnectionNotFound',
  'CapacityExceeded',
  'InvalidSpec',
  'TenantConflict',
]);

/** Whether a person must act before a sync can work again. */
export function isStalling(reason: FaultReason): boolean {
  return STALLING.has(reason);
}
