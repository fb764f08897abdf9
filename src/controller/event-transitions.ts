import { heldText } from '../api/held-text.ts';
import { APPROVE_ANNOTATION } from '../api/names.ts';
import type { InstitutionSyncStatus } from '../api/status.ts';
import type { SyncReport } from '../sync/report.ts';
import { faultOf, type Facts } from './facts.ts';
import * as messages from './messages.ts';
import type { ObjectEvent } from './object-api.ts';
import { isSuccess } from './status.ts';
import type { WatchedObject } from './watched-object.ts';

/** The events that a change of status is worth: one for each transition, none for repetition. */
export function eventsOf(
  facts: Facts,
  before: InstitutionSyncStatus,
  after: InstitutionSyncStatus,
  { name, namespace }: WatchedObject['metadata'],
): readonly ObjectEvent[] {
  const events: ObjectEvent[] = [];
  const fault = faultOf(facts);
  const report = facts.kind === 'synced' ? facts.report : undefined;

  if (fault !== undefined && readyReason(before) !== fault.reason) {
    events.push({ type: 'Warning', reason: 'SyncFailed', action: 'Sync', note: fault.message });
  } else if (readyReason(after) === 'PartialFailure' && readyReason(before) !== 'PartialFailure') {
    const note = messages.PARTIAL_FAILURE;
    events.push({ type: 'Warning', reason: 'SyncFailed', action: 'Sync', note });
  } else if (isSuccess(report) && (hasChanged(report) || recovered(before))) {
    events.push({ type: 'Normal', reason: 'SyncSucceeded', action: 'Sync', note: summary(report) });
  }

  if (after.heldChanges && after.heldChanges.planHash !== before.heldChanges?.planHash) {
    const { planHash } = after.heldChanges;
    const note = `A limit holds ${heldText(after.heldChanges)} until a person approves. To release: kubectl annotate institutionsync ${name} -n ${namespace} --overwrite ${APPROVE_ANNOTATION}=${planHash}`;
    events.push({ type: 'Warning', reason: 'ChangesHeld', action: 'Sync', note });
  }
  if (after.institutions?.skipped && !before.institutions?.skipped) {
    const note = messages.SKIPPED;
    events.push({ type: 'Warning', reason: 'InstitutionsSkipped', action: 'Sync', note });
  }
  if (after.organizations?.conflicts && !before.organizations?.conflicts) {
    const note = report?.conflicts[0]?.why ?? 'An organization has the name of an institution.';
    events.push({ type: 'Warning', reason: 'OwnershipConflict', action: 'Sync', note });
  }
  return events;
}

function readyReason(status: InstitutionSyncStatus): string | undefined {
  return status.conditions?.find(({ type }) => type === 'Ready')?.reason;
}

function hasChanged({ applied }: SyncReport): boolean {
  return applied.created + applied.updated + applied.deleted > 0;
}

function recovered(before: InstitutionSyncStatus): boolean {
  return before.conditions?.find(({ type }) => type === 'Ready')?.status === 'False';
}

function summary(report: SyncReport): string {
  // Told only because the sync before it failed.
  if (!hasChanged(report)) return 'The sync succeeded again. Nothing had to be changed.';
  const { applied } = report;
  return `Created ${applied.created}, updated ${applied.updated} and removed ${applied.deleted} organizations.`;
}
