import type { Stored } from './api-server.ts';
import { judgeCreation, judgeUpdate } from './judge-changes.ts';
import { judgeListing } from './judge-listing.ts';
import { judgePermission } from './judge-permission.ts';
import { judgeRelease } from './judge-release.ts';
import { judgeRemoval } from './judge-removal.ts';
import { describe, type Court, type Held, type WriteRequest } from './judge.ts';
import { goneIn, managedAmong, type Session } from './knowledge.ts';
import type { Machine } from './machine.ts';
import type { ModelTenant, TenantWrite } from './model-tenant.ts';
import type { ModelThe } from './model-the.ts';
import type { PeopleEdits } from './people-edits.ts';
import { count, type Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';
import { Violation, type Invariant } from './violation.ts';

/** Judges every write of the operator: when it is sent, and when it takes effect. */
export interface Guards {
  /** The first request after the plan: what was known by now, the plan was made of. */
  notePlanned(session: Session): void;
  /** The client is given the write; it may have to wait for a connection. */
  onCall(request: WriteRequest): void;
  /** Its bytes go out. */
  onSend(request: WriteRequest): void;
  /** The write that takes effect now; undefined when it has. */
  onArrival(request: WriteRequest | undefined): void;
  /** A status says that the held changes of this object have this hash. */
  noteHeld(session: Session, held: { planHash: string; deletions: number; updates: number }): void;
  noteApprovalTaken(session: Session, planHash: string): void;
  /** The finalizer is taken off an object. */
  onRelease(session: Session, object: Stored): void;
  /** The first violation, which ends the simulation. */
  violation(): Violation | undefined;
  fail(invariant: Invariant, detail: string): void;
}

export function createGuards(options: {
  readonly timeline: Timeline;
  readonly tenant: ModelTenant;
  readonly the: ModelThe;
  readonly edits: PeopleEdits;
  readonly tally: Tally;
  /** Whether this machine is the leader by the API server's truth. */
  readonly leads: (machine: Machine) => boolean;
  /** Whether another object owns the tenant, as far as the machine was told. */
  readonly hasOlderRival: (session: Session) => boolean;
  /** Whether the machine has listed all objects since it began. */
  readonly knowsAll: (machine: Machine) => boolean;
  readonly note: (line: () => string) => void;
}): Guards {
  const { tenant, tally, leads, hasOlderRival, knowsAll, note } = options;
  const heldByHash = new Map<string, Held>();
  const court: Court = { ...options, heldByHash, fail };
  let violation: Violation | undefined;
  let arriving: WriteRequest | undefined;
  tenant.onWrite = onWrite;

  function fail(invariant: Invariant, detail: string): void {
    note(() => `VIOLATION ${invariant}: ${detail}`);
    violation ??= new Violation(invariant, detail);
  }

  function requireLeader(request: WriteRequest, when: string): void {
    if (leads(request.session.machine)) return;
    fail('two writers', `${describe(request)} ${when}, but another process is the leader`);
  }

  function onWrite(write: TenantWrite): void {
    const request = arriving;
    if (request === undefined) return fail('unexpected error', 'a write without a request');
    count(tally, `write: ${write.kind}`);
    note(() => `${describe(request)} takes effect: ${JSON.stringify(write)}`);
    judgeListing(court, request);
    if (write.kind === 'create') judgeCreation(court, request, write.after);
    else if (write.kind === 'update') judgeUpdate(court, request, write);
    else judgeRemoval(court, request, write);
  }

  return {
    fail,
    violation: () => violation,
    notePlanned({ run, organizations }) {
      if (run?.managed === undefined) Object.assign(run ?? {}, managedAmong(organizations));
    },
    onSend(request) {
      note(() => `${describe(request)} is sent`);
      requireLeader(request, 'is sent');
    },
    onCall(request) {
      judgePermission(court, request, hasOlderRival(request.session));
      if (!knowsAll(request.session.machine)) {
        fail('not permitted', `${describe(request)}, but it has yet to see all objects`);
      }
    },
    onArrival(request) {
      arriving = request;
      if (request === undefined) return;
      requireLeader(request, 'arrives');
      const enabled = /\/organizations\/([^/]+)\/enabled_connections/.exec(request.path)?.[1];
      if (enabled === undefined) return;
      const { managed } = managedAmong(request.session.organizations);
      if (!managed.has(enabled)) {
        fail('unmanaged touched', `${describe(request)}: it is not managed`);
      }
    },
    onRelease: (session, object) => judgeRelease(court, session, object),
    noteHeld(session, { planHash, deletions, updates }) {
      const { run } = session;
      // Of the last scan alone: what may be held, rather than what must be.
      if (run === undefined || heldByHash.has(planHash)) return;
      const gone = goneIn(session, run.scans.slice(-1));
      heldByHash.set(planHash, { gone, deletions, updates });
    },
    noteApprovalTaken(session, planHash) {
      if (session.run !== undefined) session.run.approved = planHash;
    },
  };
}
