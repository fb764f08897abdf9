import { APPROVE_ANNOTATION, REQUESTED_AT_ANNOTATION } from '../../src/api/names.ts';
import { parseDuration } from '../../src/api/duration.ts';
import type { Stored } from './api-server.ts';
import { runTo } from './chaos.ts';
import { GRACE_MS } from './cluster.ts';
import { complaintsAboutStatus, complaintsAboutTenant, conditionOf, statusOf } from './ending.ts';
import { managedAmong, specOf } from './knowledge.ts';
import { stateOf, type ModelTenant } from './model-tenant.ts';
import { isInstitution } from './model-the.ts';
import { count } from './tally.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const QUIET_MS = 20_000;

type Organization = ReturnType<ModelTenant['organizations']['all']>[number];

/** Ends all faults, mends what people must mend, and asks for a sync of every object. */
export function calm(world: World): void {
  const { weather, the, auth0, tenant, cluster, kubectl } = world;
  for (const each of Object.values(weather)) each.set('fine');
  the.faultiness = 0;
  auth0.unsteadiness = 0;
  cluster.hazard = { kill: 0, pause: 0 };
  for (const machine of cluster.machines()) machine.resume();
  world.api.mend();
  tenant.setEntityLimit(1_000);
  world.note(() => 'the storm is over');
  tidyTenant(world);
  for (const name of ['a', 'b']) kubectl.mendSecret(name);
  if (kubectl.objects().length === 0) kubectl.createObject('a');
  for (const { metadata } of kubectl.objects()) {
    kubectl.editSpec(metadata.name, {
      mode: 'Enforce',
      suspend: false,
      institutions: { minimum: 1 },
      organizations: { prune: true, adopt: true },
    });
    const spec = kubectl.object(metadata.name);
    const connections = spec === undefined ? [] : specOf(spec).auth0.connections;
    if (connections.some(({ name }) => name === 'Nowhere')) {
      kubectl.editSpec(metadata.name, { auth0: { connections: [] } });
    }
    const isSoonFound = spec !== undefined && findsDriftSoon(specOf(spec));
    if (isSoonFound && world.dice.chance(0.5)) continue;
    kubectl.annotate(metadata.name, REQUESTED_AT_ANNOTATION, 'after the storm');
  }
}

/** Whether the tenant is read again often enough that nobody need ask for it. */
function findsDriftSoon({ nap, driftInterval }: ReturnType<typeof specOf>): boolean {
  return parseDuration(nap) <= 10_000 && parseDuration(driftInterval) <= 10_000;
}

/** A person settles what the operator must leave to people: conflicts of names and of marks. */
function tidyTenant({ tenant, the, edits }: World): void {
  if (!the.rows().some(isInstitution)) {
    the.setRows([...the.rows(), { iid: 'i-first', name: 'The first', country: 'Chile' }]);
  }
  const { organizations } = tenant;
  const { doubled } = managedAmong(
    new Map(organizations.all().map(({ id, body }) => [id, stateOf(body)])),
  );
  function edit(organization: Organization, change: Partial<Organization['body']>): void {
    const before = stateOf(organization.body);
    organizations.replace(organization, { ...organization.body, ...change });
    edits.note(organization.id, before, stateOf(organization.body));
  }
  for (const [index, organization] of [...organizations.all()].entries()) {
    const { name, metadata = {} } = organization.body;
    const { institutionId: mark, ...others } = metadata;
    if (mark === undefined || mark === name) continue;
    if (doubled.has(mark)) edit(organization, { metadata: others });
    // It has, or keeps from its name, another institution's organization.
    if (the.listedSince(name) !== undefined) edit(organization, { name: `moved-${index}` });
    const holder = organizations.byName(mark);
    if (holder !== undefined) edit(holder, { name: `moved-away-${index}` });
  }
}

/** Waits until everything is as it should be; what is held meanwhile, a person approves. */
export async function settle(world: World, patienceMs = () => 25 * MINUTE): Promise<void> {
  const { timeline, kubectl } = world;
  const begun = timeline.now();
  for (;;) {
    await runTo(world, timeline.now() + 4_000);
    for (const object of kubectl.objects()) {
      const { heldChanges } = statusOf(object);
      if (heldChanges === undefined) continue;
      if (object.metadata.annotations?.[APPROVE_ANNOTATION] === heldChanges.planHash) continue;
      kubectl.annotate(object.metadata.name, APPROVE_ANNOTATION, heldChanges.planHash);
      count(world.tally, 'approved in the end');
    }
    const owner = ownerAmong(kubectl.objects());
    if (owner === undefined) {
      kubectl.createObject('a');
      continue;
    }
    const differences = complaintsAboutTenant(world, owner);
    const lies = complaintsAboutStatus(world, owner);
    const others = kubectl.objects().flatMap((object) => complaintsAboutOther(object, owner));
    if (differences.length + lies.length + others.length === 0) return;
    if (timeline.now() < begun + patienceMs()) continue;
    if (others.length > 0) throw new Violation('deletion wrong', others.join('; '));
    if (differences.length > 0) throw new Violation('tenant differs', differences.join('; '));
    throw new Violation('status wrong', lies.join('; '));
  }
}

/** The oldest of those that stay. */
function ownerAmong(objects: readonly Stored[]): Stored | undefined {
  const age = ({ metadata }: Stored) => `${metadata.creationTimestamp} ${metadata.uid}`;
  return objects.toSorted((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

function complaintsAboutOther(object: Stored, owner: Stored): readonly string[] {
  const { name, deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) return [`${name} is not gone`];
  if (object === owner) return [];
  const stalled = conditionOf(object, 'Stalled');
  return stalled?.reason === 'TenantConflict' ? [] : [`${name} is not stalled`];
}

/** A write for each organization, and as many reads, at the slowest plan's pace and the budget. */
function workMs({ tenant }: World, owner: Stored): number {
  const slowestMs = MINUTE / 25;
  const share = specOf(owner).auth0.requestBudget / 100;
  return (2 * tenant.organizations.size() * slowestMs) / share;
}

/**
 * THE changes, something calls for a sync, and the API server is away, or silent, while that sync
 * runs. Soon after, however long the nap is, all must be as if nothing had been.
 */
export async function aftershock(world: World): Promise<void> {
  const { dice, kubectl, the, timeline, weather } = world;
  const owner = ownerAmong(kubectl.objects());
  if (owner === undefined || dice.chance(0.4)) return;
  const { name } = owner.metadata;
  the.setRows([...the.rows(), { iid: 'i-last', name: 'University i-last', country: 'Chile' }]);
  const call = dice.pick(['request', 'Secret', 'spec'] as const);
  world.note(() => `an aftershock: ${call}`);
  const leader = world.leader();
  if (call === 'request') kubectl.annotate(name, REQUESTED_AT_ANNOTATION, 'after the aftershock');
  if (call === 'Secret') kubectl.writeSecret(name);
  if (call === 'spec') kubectl.editSpec(name, { driftInterval: '2m' });
  await runTo(world, timeline.now() + dice.between(50, 1_500));
  weather.api.set(dice.pick(['down', 'silent', 'erring', 'flaky']));
  await runTo(world, timeline.now() + dice.between(1_000, 20_000));
  weather.api.set('fine');
  // Of a Secret's change only the process knows that saw it; after its end the next nap's sync helps.
  await settle(world, () => {
    const isForgotten = call === 'Secret' && world.leader() !== leader;
    return (
      3 * MINUTE + workMs(world, owner) + (isForgotten ? 2 * parseDuration(specOf(owner).nap) : 0)
    );
  });
}

/** THE grows, and Auth0 fails while the sync does its work: the next syncs complete it by themselves. */
export async function auth0Aftershock(world: World): Promise<void> {
  const { dice, kubectl, the, timeline, weather } = world;
  const owner = ownerAmong(kubectl.objects());
  if (owner === undefined || dice.chance(0.5)) return;
  world.note(() => 'an aftershock at Auth0');
  kubectl.editSpec(owner.metadata.name, { nap: '5s', driftInterval: '1h' });
  weather.auth0.set(dice.pick(['flaky', 'garbling', 'erring', 'silent']));
  const more = ['x-1', 'x-2', 'x-3'].map((iid) => ({ iid, name: `University ${iid}` }));
  the.setRows([...the.rows().map((row) => ({ ...row, country: 'Kenya' })), ...more]);
  await runTo(world, timeline.now() + dice.between(5_000, 40_000));
  weather.auth0.set('fine');
  await settle(world, () => 4 * MINUTE + workMs(world, owner));
}

/** The owner of the tenant goes; another object takes over without waiting for its time. */
export async function handOver(world: World): Promise<void> {
  const { dice, kubectl, timeline, cluster, knowledge } = world;
  const owner = ownerAmong(kubectl.objects());
  if (owner === undefined || kubectl.objects().length < 2 || dice.chance(0.3)) return;
  world.note(() => `${owner.metadata.name} hands over`);
  kubectl.deleteObject(owner.metadata.name);
  const begun = timeline.now();
  while (kubectl.object(owner.metadata.name)?.metadata.uid === owner.metadata.uid) {
    await runTo(world, timeline.now() + 1_000);
    if (timeline.now() < begun + 15 * MINUTE) continue;
    throw new Violation('deletion wrong', `${owner.metadata.name} does not go`);
  }
  const goneBy = timeline.now();
  // A watch that was lost in the aftershock may wait for half a minute before it tries again.
  await runTo(world, goneBy + 40_000);
  const heir = ownerAmong(kubectl.objects())?.metadata.name;
  const sessions = cluster.machines().flatMap((machine) => knowledge.sessions(machine));
  const runs = sessions.filter(({ object }) => object === heir).flatMap((session) => session.runs);
  if (!runs.some((at) => at > goneBy - 2_000)) {
    throw new Violation('deletion wrong', `${heir} does not take over`);
  }
  await settle(world);
}

/** In quiet, syncs come one nap after the other, and no lost watch adds to them. */
export async function stayQuiet(world: World): Promise<void> {
  const { timeline, kubectl, knowledge, cluster, api, guards } = world;
  const begun = timeline.now();
  api.watches.disturb();
  await runTo(world, begun + QUIET_MS);
  const owner = ownerAmong(kubectl.objects());
  if (owner === undefined) return;
  const napMs = parseDuration(specOf(owner).nap);
  for (const machine of cluster.machines()) {
    for (const { runs } of knowledge.sessions(machine)) {
      const since = runs.filter((at) => at > begun).length;
      if (since > QUIET_MS / napMs + 1) guards.fail('sync storm', `${since} syncs in quiet`);
    }
  }
}

/** Ends all processes in good order: everything must be closed. */
export async function close(world: World): Promise<void> {
  const { cluster, timeline } = world;
  cluster.isReplacing = false;
  const machines = cluster.machines();
  for (const machine of machines) cluster.stop(machine);
  await runTo(world, timeline.now() + GRACE_MS - 1);
  const late = cluster.machines();
  if (late.length > 0) {
    throw new Violation('left open', `${late.map(({ name }) => name).join(' ')} did not end`);
  }
  const [leak] = cluster.leaks();
  if (leak !== undefined) throw new Violation('left open', leak);
}
