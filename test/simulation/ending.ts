import type { Condition } from '../../src/api/conditions.ts';
import {
  APPROVE_ANNOTATION,
  FINALIZER,
  FLUX_REQUESTED_AT_ANNOTATION,
  REQUESTED_AT_ANNOTATION,
} from '../../src/api/names.ts';
import type { InstitutionSyncStatus } from '../../src/api/status.ts';
import type { Stored } from './api-server.ts';
import { managedAmong, specOf } from './knowledge.ts';
import { organizationsOf, type ModelTenant } from './model-tenant.ts';
import { isInstitution, type ModelThe } from './model-the.ts';
import type { PeopleEdits } from './people-edits.ts';

interface Ended {
  readonly tenant: ModelTenant;
  readonly the: ModelThe;
  readonly edits: PeopleEdits;
}

/** What must hold once all faults are over and time has passed; each line is a complaint. */
export function complaintsAboutTenant(
  { tenant, the, edits }: Ended,
  owner: Stored,
): readonly string[] {
  const spec = specOf(owner);
  const complaints: string[] = [];
  const organizations = organizationsOf(tenant);
  const names = new Map([...organizations.values()].map((state) => [state.name, state]));
  const listed = new Set(the.rows().map(({ iid }) => iid));
  const wanted = new Set(
    the
      .rows()
      .filter(isInstitution)
      .map(({ iid }) => iid),
  );

  for (const row of the.rows()) {
    if (!isInstitution(row)) continue;
    const organization = names.get(row.iid);
    if (organization === undefined) {
      complaints.push(`${row.iid} has no organization`);
      continue;
    }
    const { displayName, metadata } = organization;
    if (metadata['institutionId'] !== row.iid) complaints.push(`${row.iid} lacks its mark`);
    if (displayName !== row.name) complaints.push(`${row.iid} is called ${displayName}`);
    if (spec.organizations.metadata.includes('country') && metadata['country'] !== row.country) {
      complaints.push(`${row.iid} has country ${metadata['country']}`);
    }
  }
  const { managed, doubled } = managedAmong(organizations);
  for (const mark of managed.values()) {
    if (!listed.has(mark)) complaints.push(`${mark} is gone, its organization is not`);
  }
  for (const mark of doubled) {
    const bearers = [...organizations].filter(
      ([, each]) => each.metadata['institutionId'] === mark,
    );
    const ours = bearers.filter(([id]) => !edits.isTouched(id));
    if (ours.length > 1) complaints.push(`${mark} has several organizations`);
  }
  for (const { body, connections } of tenant.organizations.all()) {
    if (!wanted.has(body.name)) continue;
    for (const { name, assignMembershipOnLogin } of spec.auth0.connections) {
      const id = tenant.connections.byName(name)?.id ?? '';
      if (connections.get(id)?.assign_membership_on_login !== assignMembershipOnLogin) {
        complaints.push(`${body.name} lacks its connection`);
      }
    }
  }
  return complaints;
}

export function complaintsAboutStatus({ tenant, the }: Ended, owner: Stored): readonly string[] {
  const status = statusOf(owner);
  const { generation, annotations = {} } = owner.metadata;
  const complaints: string[] = [];
  function expect(what: string, actual: unknown, wanted: unknown): void {
    if (actual !== wanted) complaints.push(`${what} is ${String(actual)}, not ${String(wanted)}`);
  }

  const ready = conditionOf(owner, 'Ready');
  expect('Ready', `${ready?.status} ${ready?.reason}`, 'True Synced');
  expect('observedGeneration', status.observedGeneration, generation);
  for (const { type, observedGeneration } of status.conditions ?? []) {
    expect(`observedGeneration of ${type}`, observedGeneration, generation);
  }
  for (const type of ['Reconciling', 'Stalled', 'ChangesHeld', 'Suspended']) {
    expect(type, conditionOf(owner, type)?.status, undefined);
  }
  for (const type of ['SourceAvailable', 'TargetAvailable']) {
    expect(type, conditionOf(owner, type)?.status, 'True');
  }
  expect('progress', status.progress, undefined);
  expect('heldChanges', status.heldChanges, undefined);
  expect('plannedChanges', status.plannedChanges, undefined);
  expect('failures', status.failures, undefined);
  const requests = [REQUESTED_AT_ANNOTATION, FLUX_REQUESTED_AT_ANNOTATION]
    .map((name) => annotations[name])
    .filter((value) => value !== undefined);
  if (requests.length > 0 && !requests.includes(status.lastHandledReconcileAt ?? '')) {
    complaints.push(`lastHandledReconcileAt is ${status.lastHandledReconcileAt}`);
  }
  const approval = annotations[APPROVE_ANNOTATION];
  if (approval !== undefined && approval === status.heldChanges?.planHash) {
    complaints.push('an approval that fits was not taken');
  }
  const wantsFinalizer = specOf(owner).deletionPolicy === 'Delete';
  expect('finalizer', owner.metadata.finalizers?.includes(FINALIZER) ?? false, wantsFinalizer);

  const rows = the.rows();
  const institutions = rows.filter(isInstitution).length;
  const organizations = organizationsOf(tenant);
  expect('institutions.total', status.institutions?.total, institutions);
  expect('institutions.skipped', status.institutions?.skipped, rows.length - institutions);
  const skipped = conditionOf(owner, 'InstitutionsSkipped')?.status;
  expect('InstitutionsSkipped', skipped, rows.length > institutions ? 'True' : undefined);
  const { managed } = managedAmong(organizations);
  expect('organizations.total', status.organizations?.total, organizations.size);
  expect('organizations.managed', status.organizations?.managed, managed.size);
  expect('organizations.inSync', status.organizations?.inSync, institutions);
  expect(
    'organizations.unmanaged',
    status.organizations?.unmanaged,
    organizations.size - managed.size,
  );
  expect('organizations.conflicts', status.organizations?.conflicts, 0);
  return complaints;
}

export function statusOf(object: Stored): InstitutionSyncStatus {
  return object['status'] ?? {};
}

export function conditionOf(object: Stored, type: string): Condition | undefined {
  return statusOf(object).conditions?.find((condition) => condition.type === type);
}
