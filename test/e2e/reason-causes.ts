import type { ConditionType } from '../../src/api/conditions.ts';
import {
  FAULT_REASONS,
  HELD_REASONS,
  OTHER_REASONS,
  READY_REASONS,
  type Reason,
} from '../../src/api/reasons.ts';
import { conditionOf, type SpecChanges } from './operator.ts';
import { openStage, ROWS, type SecretKeys, type Stage, type StageOptions } from './stage.ts';
import type { World } from './world.ts';

/** In the order of the runbook. */
export const REASONS: readonly Reason[] = [
  ...FAULT_REASONS,
  ...HELD_REASONS,
  'InvalidRows',
  ...READY_REASONS,
  ...OTHER_REASONS.filter((reason) => reason !== 'InvalidRows'),
];

/** What makes a condition have a reason, on purpose. */
export interface ReasonCause extends StageOptions {
  /** For `docs/operations.md`. */
  readonly how: string;
  /** The condition that has the reason. */
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** Events that tell of it; 1 by default. */
  readonly events?: number;
  readonly spec?: SpecChanges;
  readonly secret?: SecretKeys | 'none';
  /** Before the object is made. */
  readonly prepare?: (stage: Stage) => void | Promise<void>;
  /** The host of the tenant where it is not the stage's own. */
  readonly domain?: (world: World) => Promise<string>;
}

const REFUSED = { statusCode: 400, error: 'Bad Request', message: 'The name is reserved' };
const RESERVED = { method: 'POST', path: '/api/v2/organizations' } as const;
const UNAVAILABLE = { kind: 'status', status: 503 } as const;

/** Managed organizations whose institutions are gone, or have another name now. */
const managed = (id: string, display_name: string) => ({
  name: id,
  display_name,
  metadata: { institutionId: id },
});
const GONE = ['gone-1', 'gone-2', 'gone-3'].map((id) => managed(id, id));
const RENAMED = ROWS.slice(0, 3).map(({ iid }) => managed(iid, 'A former name'));

/** A cause for every reason that there is. */
export const REASON_CAUSES: Readonly<Record<Reason, ReasonCause>> = {
  Synced: { how: 'All is well.', type: 'Ready', status: 'True' },
  Planned: {
    how: '`mode: Plan`.',
    type: 'Ready',
    status: 'True',
    events: 0,
    spec: { mode: 'Plan' },
  },
  Progressing: {
    how: 'The first sync of an object runs.',
    type: 'Ready',
    status: 'Unknown',
    events: 0,
    // It would take ten minutes.
    auth0: { timeScale: 1, limits: { writes: { burst: 5, perMinute: 6 } } },
  },
  SourceUnavailable: {
    how: 'THE answers 503.',
    type: 'Ready',
    status: 'False',
    prepare: ({ the }) => the.fault('*', UNAVAILABLE, Infinity),
  },
  SourceInvalid: {
    how: 'THE lists 60 institutions; `institutions.minimum` is 100.',
    type: 'Ready',
    status: 'False',
    spec: { institutions: { minimum: 100 } },
  },
  SecretNotFound: {
    how: 'There is no Secret.',
    type: 'Ready',
    status: 'False',
    secret: 'none',
  },
  SecretInvalid: {
    how: 'The Secret has `AUTH0_CLIENT_ID` alone.',
    type: 'Ready',
    status: 'False',
    secret: { AUTH0_CLIENT_ID: 'somebody' },
  },
  AuthenticationFailed: {
    how: 'The Secret holds a client that the tenant does not know.',
    type: 'Ready',
    status: 'False',
    secret: { AUTH0_CLIENT_ID: 'somebody', AUTH0_CLIENT_SECRET: 'the-secret-of-somebody' },
  },
  InsufficientScope: {
    how: 'The application has `read:organizations` alone.',
    type: 'Ready',
    status: 'False',
    client: { scopes: ['read:organizations'] },
  },
  TargetUnavailable: {
    how: 'Auth0 answers 503.',
    type: 'Ready',
    status: 'False',
    prepare: ({ auth0 }) => auth0.fault('*', UNAVAILABLE, Infinity),
  },
  ConnectionNotFound: {
    how: '`auth0.connections` names one that the tenant does not have.',
    type: 'Ready',
    status: 'False',
    spec: { auth0: { connections: [{ name: 'no-such' }] } },
  },
  PartialFailure: {
    how: 'Auth0 refuses to create any organization.',
    type: 'Ready',
    status: 'False',
    prepare: ({ auth0 }) =>
      auth0.fault(RESERVED, { kind: 'status', status: 400, body: REFUSED }, Infinity),
  },
  CapacityExceeded: {
    how: 'The tenant has room for 50 organizations; THE lists 60 institutions.',
    type: 'Ready',
    status: 'False',
    auth0: { entityLimit: 50 },
  },
  InvalidSpec: {
    how: '`auth0.domain` is a host that the controller does not allow.',
    type: 'Ready',
    status: 'False',
    spec: { auth0: { domain: 'acme.example.com' } },
  },
  TenantConflict: {
    how: 'An older object, `older`, works on the tenant.',
    type: 'Ready',
    status: 'False',
    domain: tenantOfAnOlderObject,
  },
  DeletionLimitExceeded: {
    how: 'Three managed organizations have no institution; `limits.deletions` is 0.',
    type: 'ChangesHeld',
    status: 'True',
    events: 2,
    spec: { limits: { deletions: 0 } },
    prepare: ({ auth0 }) => void auth0.seed(GONE),
  },
  UpdateLimitExceeded: {
    how: 'Three institutions have another name now; `limits.updates` is 0.',
    type: 'ChangesHeld',
    status: 'True',
    events: 2,
    spec: { limits: { updates: 0 } },
    prepare: ({ auth0 }) => void auth0.seed(RENAMED),
  },
  ListingComplete: { how: 'All is well.', type: 'SourceAvailable', status: 'True' },
  Reachable: { how: 'All is well.', type: 'TargetAvailable', status: 'True' },
  InvalidRows: {
    how: 'A row of THE has no `iid`.',
    type: 'InstitutionsSkipped',
    status: 'True',
    events: 2,
    the: { rows: [...ROWS, { iid: '', name: 'Without an iid' }] },
  },
  Suspended: {
    how: '`suspend: true`.',
    type: 'Suspended',
    status: 'True',
    events: 0,
    spec: { suspend: true },
  },
};

async function tenantOfAnOlderObject(world: World): Promise<string> {
  const older = await openStage(world);
  await older.setSecret(older.keys);
  await older.apply({ nap: '1h' });
  await older.until((object) => conditionOf(object, 'Ready') === 'True Synced');
  // Creation times have whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return `127.0.0.1:${older.toAuth0.port}`;
}

/** Makes the cause, and waits until the condition has the reason. */
export async function makeCause(world: World, reason: Reason): Promise<Stage> {
  const cause = REASON_CAUSES[reason];
  const stage = await openStage(world, cause);
  await cause.prepare?.(stage);
  const keys = cause.secret ?? stage.keys;
  if (keys !== 'none') await stage.setSecret(keys);
  const domain = await cause.domain?.(world);
  const { auth0, ...spec } = cause.spec ?? {};
  await stage.apply({
    nap: '1h',
    ...spec,
    auth0: { ...auth0, ...(domain !== undefined && { domain }) },
  });
  await stage.until((object) => conditionOf(object, cause.type) === `${cause.status} ${reason}`);
  return stage;
}
