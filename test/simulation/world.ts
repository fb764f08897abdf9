import { APPROVE_ANNOTATION, FINALIZER } from '../../src/api/names.ts';
import type { InstitutionSyncStatus } from '../../src/api/status.ts';
import { openApiService, type ApiWrite } from './api-line.ts';
import { createApiServer, type Stored } from './api-server.ts';
import { openAuth0Service } from './auth0-line.ts';
import { createCluster } from './cluster.ts';
import { rollDice } from './dice.ts';
import { statusOf } from './ending.ts';
import { createGuards } from './guards.ts';
import { createKnowledge, type Session } from './knowledge.ts';
import type { Machine } from './machine.ts';
import { openModelTenant } from './model-tenant.ts';
import { openModelThe } from './model-the.ts';
import { recordEdits } from './people-edits.ts';
import { createKubectl } from './kubectl.ts';
import type { Tally } from './tally.ts';
import { openTheService } from './the-line.ts';
import { createTimeline } from './timeline.ts';
import { openWeather } from './weather.ts';

export type World = ReturnType<typeof createWorld>;

/** Everything that a seed makes: services, the ways to them, a cluster that does not run yet. */
export function createWorld(seed: number, tally: Tally, trace: string[] | undefined) {
  const dice = rollDice(seed);
  const timeline = createTimeline();
  const knowledge = createKnowledge();
  const replicas = dice.pick([1, 2, 2, 3]);
  const leaderElection = replicas > 1 || dice.chance(0.8);
  let leader: Machine | undefined;

  function note(line: () => string): void {
    trace?.push(`${new Date(timeline.now()).toISOString().slice(11)} ${line()}`);
  }

  const tenant = openModelTenant({
    host: 'acme.eu.auth0.com',
    now: timeline.now,
    plan: dice.pick(['none', 'free', 'essentials', 'enterprise', 'enterprise'] as const),
    refill: dice.pick(['continuous', 'per-second'] as const),
    tokenSeconds: dice.pick([60, 300, 86_400]),
    dice: dice.fork(),
  });
  tenant.connections.add({ name: 'Users', strategy: 'auth0' }, 'con_0000000000000001');
  const the = openModelThe({
    rowCount: dice.pick(['page', 'total'] as const),
    largestPage: dice.pick([3, 5, 1000]),
    now: timeline.now,
    dice: dice.fork(),
    tally,
  });

  const uids = dice.fork();
  const server = createApiServer(timeline, () => `uid-${uids.below(2 ** 30).toString(36)}`);
  const weather = {
    api: openWeather('API server', dice.fork(), tally),
    auth0: openWeather('Auth0', dice.fork(), tally),
    the: openWeather('THE', dice.fork(), tally),
  };
  const edits = recordEdits(timeline);
  const guards = createGuards({
    timeline,
    tenant,
    edits,
    the,
    tally,
    leads: (machine) => !leaderElection || leader === machine,
    knowsAll: (machine) => knowledge.unlisted(machine).size === 0,
    hasOlderRival: (session) => knowledge.sessions(session.machine).some(isOlderThan(session)),
    note,
  });

  function onWrite({ machine, at, before, after }: ApiWrite): void {
    if (at.resource.plural === 'leases') {
      const { holderIdentity } = after['spec'] as { holderIdentity: string | null };
      const holder = holderIdentity === null ? undefined : machine;
      if (holder !== leader) note(() => `the lease is of ${holder?.name}`);
      leader = holder;
    }
    if (at.resource.plural !== 'institutionsyncs') return;
    if (before?.['status'] !== after['status']) {
      note(() => `${machine.name} writes the status of ${at.name}: ${briefly(after)}`);
    }
    const session = knowledge.session(machine, at.name);
    if (hasFinalizer(before) && !hasFinalizer(after)) guards.onRelease(session, after);
    const { heldChanges } = (after['status'] ?? {}) as InstitutionSyncStatus;
    if (heldChanges !== undefined && before?.['status'] !== after['status']) {
      guards.noteHeld(session, heldChanges);
    }
    const approval = approvalOf(before);
    if (approval !== undefined && approvalOf(after) === undefined) {
      guards.noteApprovalTaken(session, approval);
      note(() => `${machine.name} takes the approval of ${at.name}`);
    }
  }

  const common = { timeline, knowledge, tally };
  const api = openApiService({
    ...common,
    server,
    weather: weather.api,
    dice: dice.fork(),
    onWrite,
  });
  const auth0 = openAuth0Service({
    ...common,
    tenant,
    weather: weather.auth0,
    guards,
    dice: dice.fork(),
  });
  const theService = openTheService({ ...common, the, weather: weather.the, dice: dice.fork() });
  const cluster = createCluster({
    ...common,
    replicas,
    leaderElection,
    concurrency: dice.pick([1, 2, 4]),
    dice: dice.fork(),
    guards,
    api,
    auth0,
    the: theService,
    note,
  });
  const kubectl = createKubectl(server, tenant, dice.fork());
  return {
    dice,
    timeline,
    tally,
    knowledge,
    tenant,
    the,
    server,
    weather,
    edits,
    guards,
    api,
    auth0,
    theService,
    cluster,
    kubectl,
    note,
    leader: () => leader,
  };
}

/** What tells one status from the next. */
function briefly(object: Stored): string {
  const { nextSyncTime, progress, lastSync, conditions = [] } = statusOf(object);
  const shown = conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  return JSON.stringify({ nextSyncTime, progress, lastSync: lastSync?.id, conditions: shown });
}

function approvalOf(object: ApiWrite['before']): string | undefined {
  return object?.metadata.annotations?.[APPROVE_ANNOTATION];
}

function hasFinalizer(object: ApiWrite['before']): boolean {
  return object?.metadata.finalizers?.includes(FINALIZER) === true;
}

/** Both work on the one tenant; the uid decides between objects of the same second. */
function isOlderThan(session: Session): (other: Session) => boolean {
  const age = ageOf(session);
  return (other) => other.seen !== undefined && other !== session && ageOf(other) < age;
}

function ageOf({ seen }: Session): string {
  return seen === undefined ? '' : `${seen.metadata.creationTimestamp} ${seen.metadata.uid}`;
}
