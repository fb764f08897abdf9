import type { Dice } from './dice.ts';
import type { Machine } from './machine.ts';
import { objectDeeds } from './people-objects.ts';
import { tenantDeeds } from './people-tenant.ts';
import { theDeeds } from './people-the.ts';
import { count } from './tally.ts';
import { someMode } from './weather.ts';
import type { World } from './world.ts';

/** The world before anything goes wrong: rows, organizations, Secrets, objects. */
export function furnish(world: World): void {
  const { dice, the, tenant, kubectl } = world;
  const iids = dice.shuffled(Array.from({ length: 20 }, (_, n) => `i-${n}`));
  const listed = iids.slice(0, dice.below(10) + 2);
  the.setRows(listed.map((iid) => ({ iid, name: `University ${iid}`, country: 'Chile' })));
  // Some organizations from before, as the older script left them, some of them of institutions gone.
  const filled = dice.pick([0, 0, 0.5, 1]);
  for (const iid of iids.slice(0, listed.length + dice.below(3))) {
    if (!dice.chance(filled)) continue;
    const metadata = { institutionId: iid, ...(dice.chance(0.3) ? { team: 'x' } : {}) };
    tenant.organizations.add({ name: iid, display_name: `University ${iid}`, metadata });
  }
  const strangers = dice.chance(0.4) ? dice.below(3) + 1 : 0;
  for (const iid of dice.shuffled(iids).slice(0, strangers)) {
    if (tenant.organizations.byName(iid) !== undefined) continue;
    tenant.organizations.add({ name: iid, display_name: 'Not ours', metadata: { team: 'x' } });
  }
  for (const name of ['a', 'b']) kubectl.writeSecret(name);
  const names = dice.chance(0.3) ? ['a', 'b'] : ['a'];
  const create = () => {
    for (const name of dice.shuffled(names)) kubectl.createObject(name, someSpec(dice));
  };
  // From one file, so in the same second.
  if (dice.chance(0.7)) create();
  else world.timeline.after(dice.between(1_000, 15_000), create);
}

function someSpec(dice: Dice) {
  return {
    nap: dice.pick(['3s', '3s', '10s', '30s', '20m']),
    driftInterval: dice.pick(['5s', '5s', '30s', '1h']),
    deletionPolicy: dice.pick(['Retain', 'Retain', 'Delete']),
    institutions: { pageSize: dice.pick([2, 3, 5, 100]) },
    organizations: {
      metadata: dice.pick([[], ['country']]),
      adopt: dice.chance(0.7),
      prune: dice.chance(0.75),
    },
    limits: {
      deletions: dice.pick(['5%', '5%', '30%', '100%', 0, 1, 3]),
      updates: dice.pick(['100%', '100%', '50%', 0, 2]),
    },
  };
}

/** Lets everything go wrong for a while, by chance. */
export async function rage(world: World): Promise<void> {
  const { dice, timeline, cluster, weather, the, auth0, theService, tally } = world;
  const until = timeline.now() + dice.between(30_000, 150_000);
  const deeds = {
    tenant: tenantDeeds(world.tenant, the, world.edits, dice.fork()),
    the: theDeeds(the, dice.fork()),
    objects: objectDeeds(world.kubectl, world.tenant, dice.fork(), timeline.now),
  };
  const wildness = dice.pick([0.4, 1, 1.5, 3]);

  function repeat(meanMs: number, act: () => void): void {
    const chances = dice.fork();
    function next(): void {
      const ms = -Math.log(1 - chances.next()) * (meanMs / wildness);
      if (timeline.now() + ms >= until) return;
      timeline.after(ms, () => {
        act();
        next();
      });
    }
    next();
  }

  function doSomething(family: keyof typeof deeds): void {
    const name = dice.pick(Object.keys(deeds[family]));
    const deed = (deeds[family] as Readonly<Record<string, () => void>>)[name];
    count(tally, `deed: ${name}`);
    world.note(() => `somebody ${name}`);
    deed?.();
  }

  the.faultiness = dice.pick([0, 0.2, 0.4, 0.7]);
  auth0.unsteadiness = dice.pick([0, 0.5, 0.9]);
  if (dice.chance(0.5)) cluster.hazard = { kill: 0.0006 * wildness, pause: 0.0003 * wildness };
  /** What changes while it is listed is what listings show wrongly. */
  function soon(family: keyof typeof deeds, probability: number): void {
    if (!dice.chance(probability)) return;
    timeline.after(dice.between(1, 200), () => {
      if (timeline.now() < until) doSomething(family);
    });
  }
  auth0.onListing = () => soon('tenant', auth0.unsteadiness);
  theService.onScan = () => soon('the', the.faultiness / 2);
  repeat(12_000, () => doSomething('tenant'));
  repeat(14_000, () => doSomething('the'));
  repeat(14_000, () => doSomething('objects'));
  for (const [name, each] of Object.entries(weather)) {
    if (dice.chance(0.25)) continue;
    repeat(20_000, () => {
      each.set(someMode(dice));
      world.note(() => `${name} is ${each.mode()}`);
      if (name === 'api' && each.mode() === 'down') world.api.watches.disturb();
    });
  }
  repeat(60_000, () => world.api.watches.disturb());
  repeat(60_000, () => world.server.compact());
  repeat(45_000, () => {
    const machine = dice.pickAny(cluster.machines());
    if (machine !== undefined) accident(world, machine);
  });
  // What interrupts a row of writes interrupts most.
  auth0.onWork = (machine) => {
    if (!dice.chance(0.04 * wildness)) return;
    timeline.after(dice.between(1, 150), () => {
      if (timeline.now() >= until) return;
      if (dice.chance(0.4)) doSomething(dice.pick(['objects', 'objects', 'tenant']));
      else accident(world, machine);
    });
  };
  await runTo(world, until);
}

/** Something happens to a process, or to its way to the API server. */
function accident({ dice, cluster, api, leader }: World, machine: Machine): void {
  dice.pick([
    () => cluster.kill(machine),
    () => cluster.stop(machine),
    () => cluster.pause(machine, dice.between(1_000, 60_000)),
    () => cluster.pause(leader() ?? machine, dice.between(12_000, 40_000)),
    () => api.cutOff(machine, dice.between(1_000, 40_000)),
    () => api.cutOff(leader() ?? machine, dice.between(8_000, 40_000)),
  ])();
}

/** Lets time pass, and ends with the first violation. */
export async function runTo({ timeline, guards }: World, until: number): Promise<void> {
  while (timeline.now() < until) {
    await timeline.runUntil(Math.min(until, timeline.now() + 1_000));
    const violation = guards.violation();
    if (violation !== undefined) throw violation;
  }
}
