import { APPROVE_ANNOTATION, REQUESTED_AT_ANNOTATION } from '../../src/api/names.ts';
import { parseDuration } from '../../src/api/duration.ts';
import type { Stored } from './api-server.ts';
import { runTo } from './chaos.ts';
import { complaintsAboutStatus, complaintsAboutTenant, conditionOf, statusOf } from './ending.ts';
import { managedAmong, specOf } from './knowledge.ts';
import { stateOf, type ModelTenant } from './model-tenant.ts';
import { isInstitution } from './model-the.ts';
import { count } from './tally.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

export const MINUTE = 60_000;

type Organization = ReturnType<ModelTenant['organizations']['all']>[number];

/** Ends all faults, mends what people must mend, and asks for a sync of every object. */
export function calm(world: World): void {
  const { weather, the, auth0, theService, tenant, cluster, kubectl } = world;
  for (const each of Object.values(weather)) each.set('fine');
  the.faultiness = 0;
  auth0.unsteadiness = 0;
  auth0.onListing = () => {};
  auth0.onWork = () => {};
  theService.onScan = () => {};
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
export function tidyTenant({ tenant, the, edits }: World): void {
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
    if (holder !== undefined && !doubled.has(mark)) edit(holder, { name: `moved-away-${index}` });
  }
}

/**
 * Waits until everything is as it should be. What is held meanwhile, a person approves; a conflict that
 * is told, the outcome of a write that was on its way when the storm ended, a person settles, once.
 */
export async function settle(world: World, patienceMs = () => 25 * MINUTE): Promise<void> {
  const { timeline, kubectl } = world;
  const begun = timeline.now();
  let isTidied = false;
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
    if (!isTidied && (statusOf(owner).organizations?.conflicts ?? 0) > 0) {
      isTidied = true;
      tidyTenant(world);
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
export function ownerAmong(objects: readonly Stored[]): Stored | undefined {
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
