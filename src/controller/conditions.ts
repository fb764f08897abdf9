import type { Condition, ConditionType } from '../api/conditions.ts';
import { isStalling, type FaultReason, type Reason } from '../api/reasons.ts';
import type { SyncReport } from '../sync/report.ts';
import { faultOf, type Facts } from './facts.ts';
import * as messages from './messages.ts';

/** A condition that is only carried on keeps the generation that it was found for. */
type Verdict = Pick<Condition, 'status' | 'reason' | 'message' | 'observedGeneration'>;
/** A condition that was found now has one of the reasons of the API. */
type Finding = Verdict & { readonly reason: Reason };

/**
 * The conditions that follow from the facts. A condition keeps its transition time while its status
 * stays. Reconciling, Stalled, ChangesHeld, InstitutionsSkipped and Suspended exist only while True.
 * Ready stays as it is during a routine sync of the same generation, and while suspended.
 */
export function conditionsOf(
  facts: Facts,
  previous: readonly Condition[],
  generation: number,
  now: string,
): readonly Condition[] {
  const before = new Map(previous.map((condition) => [condition.type, condition]));
  const verdicts: Readonly<Record<ConditionType, Verdict | undefined>> = {
    Ready: ready(facts, before.get('Ready'), generation),
    Reconciling: reconciling(facts, before, generation),
    Stalled: stalled(facts, before.get('Stalled'), generation),
    SourceAvailable: source(facts) ?? before.get('SourceAvailable'),
    TargetAvailable: target(facts) ?? before.get('TargetAvailable'),
    ChangesHeld: held(facts, before.get('ChangesHeld')),
    InstitutionsSkipped: skipped(facts, before.get('InstitutionsSkipped')),
    Suspended:
      facts.kind === 'suspended'
        ? { status: 'True', reason: 'Suspended', message: messages.SUSPENDED }
        : undefined,
  };
  return Object.entries(verdicts).flatMap(([type, verdict]) =>
    verdict === undefined ? [] : [condition(type, verdict, before.get(type), generation, now)],
  );
}

function condition(
  type: string,
  verdict: Verdict,
  before: Condition | undefined,
  generation: number,
  now: string,
): Condition {
  const { status, reason, message } = verdict;
  const observedGeneration = verdict.observedGeneration ?? generation;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
  return { type, status, observedGeneration, lastTransitionTime, reason, message };
}

/** What a person may have to mend; the message says where that is described. */
function failing(reason: Reason, message: string): Finding {
  return { status: 'False', reason, message: messages.withRunbook(message, reason) };
}

function ready(facts: Facts, before: Condition | undefined, generation: number): Verdict {
  const fault = faultOf(facts);
  if (fault !== undefined) {
    return failing(fault.reason, fault.message);
  }
  if (facts.kind === 'synced') return readyAfter(facts.report);
  if (facts.kind === 'suspended') {
    const isVerdict = before !== undefined && before.status !== 'Unknown';
    if (isVerdict) return before;
    return { status: 'Unknown', reason: 'Progressing', message: messages.SUSPENDED };
  }
  if (before !== undefined && before.observedGeneration === generation) return before;
  return { status: 'Unknown', reason: 'Progressing', message: messages.PROGRESSING };
}

function readyAfter(report: SyncReport): Finding {
  if (report.applied.failed > 0) {
    return failing('PartialFailure', messages.PARTIAL_FAILURE);
  }
  if (report.decision?.planned !== undefined) {
    return { status: 'True', reason: 'Planned', message: messages.PLANNED };
  }
  const message = report.decision?.held === undefined ? messages.SYNCED : messages.SYNCED_BUT_HELD;
  return { status: 'True', reason: 'Synced', message };
}

/** True until the first sync of a generation has ended, and while a failure is being retried. */
function reconciling(
  facts: Facts,
  before: ReadonlyMap<string, Condition>,
  generation: number,
): Verdict | undefined {
  if (facts.kind !== 'running' && facts.kind !== 'interrupted') return undefined;
  const ready = before.get('Ready');
  const isRoutine = ready?.status === 'True' && ready.observedGeneration === generation;
  if (isRoutine || stalled(facts, before.get('Stalled'), generation) !== undefined)
    return undefined;
  return { status: 'True', reason: 'Progressing', message: messages.PROGRESSING };
}

/** Kept while a retry runs: the cause stands until the retry shows otherwise. */
function stalled(
  facts: Facts,
  before: Condition | undefined,
  generation: number,
): Verdict | undefined {
  const fault = faultOf(facts);
  if (fault !== undefined && isStalling(fault.reason)) {
    return { ...failing(fault.reason, fault.message), status: 'True' };
  }
  const isRetry = facts.kind === 'running' || facts.kind === 'interrupted';
  return isRetry && before?.observedGeneration === generation ? before : undefined;
}

const SOURCE_REASONS: ReadonlySet<FaultReason> = new Set(['SourceUnavailable', 'SourceInvalid']);
const TARGET_REASONS: ReadonlySet<FaultReason> = new Set([
  'TargetUnavailable',
  'AuthenticationFailed',
  'InsufficientScope',
  'ConnectionNotFound',
  'CapacityExceeded',
]);

function source(facts: Facts): Finding | undefined {
  const fault = faultOf(facts);
  if (fault !== undefined && SOURCE_REASONS.has(fault.reason)) {
    return failing(fault.reason, fault.message);
  }
  if (facts.kind !== 'synced' || facts.report.institutions === undefined) return undefined;
  return { status: 'True', reason: 'ListingComplete', message: messages.SOURCE_AVAILABLE };
}

function target(facts: Facts): Finding | undefined {
  const fault = faultOf(facts);
  if (fault !== undefined && TARGET_REASONS.has(fault.reason)) {
    return failing(fault.reason, fault.message);
  }
  if (facts.kind !== 'synced' || facts.report.organizations === undefined) return undefined;
  return { status: 'True', reason: 'Reachable', message: messages.TARGET_AVAILABLE };
}

/** Follows the last plan, as `status.heldChanges` does, also that of a sync that did not end. */
function held(facts: Facts, before: Condition | undefined): Verdict | undefined {
  const decision = 'report' in facts ? facts.report?.decision : undefined;
  if (decision === undefined) return before;
  if (decision.held === undefined || decision.planned !== undefined) return undefined;
  const verdict =
    decision.held.deletions > 0
      ? failing('DeletionLimitExceeded', messages.DELETIONS_HELD)
      : failing('UpdateLimitExceeded', messages.UPDATES_HELD);
  return { ...verdict, status: 'True' };
}

function skipped(facts: Facts, before: Condition | undefined): Verdict | undefined {
  if (facts.kind !== 'synced' || facts.report.institutions === undefined) return before;
  if (facts.report.institutions.skipped === 0) return undefined;
  return { ...failing('InvalidRows', messages.SKIPPED), status: 'True' };
}
