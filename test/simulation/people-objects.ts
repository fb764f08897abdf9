import {
  APPROVE_ANNOTATION,
  FLUX_REQUESTED_AT_ANNOTATION,
  REQUESTED_AT_ANNOTATION,
} from '../../src/api/names.ts';
import type { Dice } from './dice.ts';
import { statusOf } from './ending.ts';
import type { Kubectl } from './kubectl.ts';
import type { ModelTenant } from './model-tenant.ts';

const NAMES = ['a', 'b'];

/** What people do to objects and Secrets. */
export function objectDeeds(kubectl: Kubectl, tenant: ModelTenant, dice: Dice, now: () => number) {
  let requests = 0;
  let lastHash = 'sha256:0';

  function name(): string {
    return dice.chance(0.75) ? 'a' : 'b';
  }
  function edit(change: object): void {
    kubectl.editSpec(name(), change);
  }
  function heldHash(object: string): string | undefined {
    const found = kubectl.object(object);
    return found && statusOf(found).heldChanges?.planHash;
  }

  return {
    'changes the nap': () => edit({ nap: dice.pick(['3s', '10s', '30s', '20m']) }),
    'changes the drift interval': () => edit({ driftInterval: dice.pick(['5s', '1m', '1h']) }),
    'sets mode Plan': () => edit({ mode: 'Plan' }),
    'sets mode Enforce': () => edit({ mode: 'Enforce' }),
    'switches pruning': () => edit({ organizations: { prune: dice.chance(0.7) } }),
    'switches adoption': () => edit({ organizations: { adopt: dice.chance(0.7) } }),
    'chooses fields': () => edit({ organizations: { metadata: dice.pick([[], ['country']]) } }),
    'sets limits'() {
      const deletions = dice.pick(['5%', '30%', '100%', 0, 1, 3]);
      edit({ limits: { deletions, updates: dice.pick(['100%', '50%', 0, 1, 4]) } });
    },
    'changes the page size': () => edit({ institutions: { pageSize: dice.pick([2, 3, 5, 100]) } }),
    'changes the minimum': () => edit({ institutions: { minimum: dice.pick([1, 1, 4]) } }),
    'changes the budget': () => edit({ auth0: { requestBudget: dice.pick([10, 50, 100]) } }),
    'asks for a connection'() {
      const wanted = [{ name: 'Users', assignMembershipOnLogin: dice.chance(0.5) }];
      edit({ auth0: { connections: dice.chance(0.7) ? wanted : [] } });
    },
    'asks for a connection that does not exist': () =>
      edit({ auth0: { connections: [{ name: 'Nowhere', assignMembershipOnLogin: false }] } }),
    suspends: () => edit({ suspend: true }),
    resumes: () => edit({ suspend: false }),
    'asks for a sync now'() {
      requests += 1;
      const annotation = dice.pick([REQUESTED_AT_ANNOTATION, FLUX_REQUESTED_AT_ANNOTATION]);
      const value = dice.chance(0.5) ? `request-${requests}` : new Date(now()).toISOString();
      kubectl.annotate(name(), annotation, value);
    },
    'approves what is held'() {
      for (const object of NAMES) {
        const hash = heldHash(object);
        if (hash === undefined) continue;
        lastHash = hash;
        kubectl.annotate(object, APPROVE_ANNOTATION, hash);
      }
    },
    'approves something else': () => kubectl.annotate(name(), APPROVE_ANNOTATION, 'sha256:1234'),
    'approves what was held before': () => kubectl.annotate(name(), APPROVE_ANNOTATION, lastHash),
    'changes the deletion policy': () =>
      edit({ deletionPolicy: dice.pick(['Retain', 'Delete'] as const) }),
    'deletes an object': () => kubectl.deleteObject(name()),
    'creates an object'() {
      for (const object of dice.chance(0.5) ? NAMES : [name()]) kubectl.createObject(object);
    },
    'rotates the credentials'() {
      const object = name();
      if (dice.chance(0.5)) tenant.secrets.delete(object);
      kubectl.writeSecret(object);
    },
    'writes wrong credentials': () => kubectl.writeWrongSecret(name()),
    'corrects the credentials': () => kubectl.writeSecret(name()),
    'deletes a Secret': () => kubectl.deleteSecret(name()),
  };
}
