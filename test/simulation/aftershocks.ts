import { REQUESTED_AT_ANNOTATION } from '../../src/api/names.ts';
import { parseDuration } from '../../src/api/duration.ts';
import type { Stored } from './api-server.ts';
import { runTo } from './chaos.ts';
import { specOf } from './knowledge.ts';
import { tenantDeeds } from './people-tenant.ts';
import { MINUTE, ownerAmong, settle, tidyTenant } from './settle.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

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

/**
 * The owner of the tenant goes, with its organizations or without, while people work on in the
 * tenant. Another object, if there is one, takes over without waiting for its time.
 */
export async function handOver(world: World): Promise<void> {
  const { dice, kubectl, timeline, cluster, knowledge, auth0 } = world;
  const owner = ownerAmong(kubectl.objects());
  if (owner === undefined || dice.chance(0.5)) return;
  const { name, uid } = owner.metadata;
  world.note(() => `${name} hands over`);
  const people = tenantDeeds(world.tenant, world.the, world.edits, dice.fork());
  auth0.unsteadiness = dice.pick([0, 0.9]);
  auth0.onListing = () => {
    if (dice.chance(0.5)) timeline.after(dice.between(1, 100), people['creates an organization']);
  };
  if (dice.chance(0.5)) kubectl.editSpec(name, { deletionPolicy: 'Delete' });
  await runTo(world, timeline.now() + dice.between(100, 5_000));
  if (dice.chance(0.3)) people['copies a mark to a new organization']();
  kubectl.deleteObject(name);
  const begun = timeline.now();
  if (dice.chance(0.2)) {
    timeline.after(dice.between(1, 3_000), () =>
      kubectl.editSpec(name, { deletionPolicy: 'Retain' }),
    );
  }
  while (kubectl.object(name)?.metadata.uid === uid) {
    await runTo(world, timeline.now() + 1_000);
    if (timeline.now() > begun + 2 * MINUTE) auth0.onListing = () => {};
    if (timeline.now() < begun + 15 * MINUTE) continue;
    throw new Violation('deletion wrong', `${name} does not go`);
  }
  auth0.unsteadiness = 0;
  auth0.onListing = () => {};
  const goneBy = timeline.now();
  tidyTenant(world);
  // A watch that was lost in the aftershock may wait for half a minute before it tries again.
  await runTo(world, goneBy + 40_000);
  const heir = ownerAmong(kubectl.objects())?.metadata.name;
  const sessions = cluster.machines().flatMap((machine) => knowledge.sessions(machine));
  const heirs = sessions.filter(({ object }) => object === heir);
  const runs = heirs.flatMap((session) => session.runs);
  if (heir !== undefined && !runs.some((at) => at > goneBy - 2_000)) {
    throw new Violation('deletion wrong', `${heir} does not take over`);
  }
  // What a person does after a reading shows at the next one: for that, people ask.
  if (heir !== undefined && !heirs.some(({ listedAt }) => listedAt > world.edits.lastAt())) {
    kubectl.annotate(heir, REQUESTED_AT_ANNOTATION, 'after the hand-over');
  }
  await settle(world);
}

/** A write for each organization, and as many reads, at the slowest plan's pace and the budget. */
function workMs({ tenant }: World, owner: Stored): number {
  const slowestMs = MINUTE / 25;
  const share = specOf(owner).auth0.requestBudget / 100;
  return (2 * tenant.organizations.size() * slowestMs) / share;
}
