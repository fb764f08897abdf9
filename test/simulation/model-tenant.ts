import { routeApi } from '../sandbox/auth0/api.ts';
import type { Refill } from '../sandbox/auth0/bucket.ts';
import { openCheckpoints } from '../sandbox/auth0/checkpoints.ts';
import { connectionEndpoints } from '../sandbox/auth0/connection-endpoints.ts';
import { openConnectionStore, type ConnectionStore } from '../sandbox/auth0/connection-store.ts';
import { openLimiter } from '../sandbox/auth0/limiter.ts';
import { PLANS, type PlanName } from '../sandbox/auth0/limits.ts';
import { organizationConnectionEndpoints } from '../sandbox/auth0/organization-connection-endpoints.ts';
import { organizationEndpoints } from '../sandbox/auth0/organization-endpoints.ts';
import {
  openOrganizationStore,
  type OrganizationStore,
  type StoredOrganization,
} from '../sandbox/auth0/organization-store.ts';
import type { Router } from '../sandbox/exchange.ts';
import type { Dice } from './dice.ts';
import { openModelTokens, type ModelTokens } from './model-tokens.ts';

/** An organization as far as the operator has to do with it. */
export interface OrganizationState {
  readonly name: string;
  readonly displayName: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The model of an Auth0 tenant: the sandbox's, on the timeline and without chance of its own. */
export interface ModelTenant extends Omit<ModelTokens, 'tokens' | 'grant'> {
  readonly host: string;
  /** What people see and change. */
  readonly organizations: OrganizationStore;
  readonly connections: ConnectionStore;
  readonly route: Router;
  /** When an organization was changed last, by whomever. */
  changedAt(): number;
  /** Called before a write of a client takes effect. */
  onWrite: (write: TenantWrite) => void;
  setEntityLimit(limit: number): void;
}

export type TenantWrite =
  | { readonly kind: 'create'; readonly after: OrganizationState }
  | {
      readonly kind: 'update';
      readonly id: string;
      readonly before: OrganizationState;
      readonly after: OrganizationState;
    }
  | { readonly kind: 'remove'; readonly id: string; readonly before: OrganizationState };

export function openModelTenant(options: {
  readonly host: string;
  readonly now: () => number;
  readonly plan: PlanName;
  readonly refill: Refill;
  readonly tokenSeconds: number;
  readonly dice: Dice;
}): ModelTenant {
  const { host, now, plan, refill, tokenSeconds, dice } = options;
  const store = openOrganizationStore(now);
  const connections = openConnectionStore();
  const { tokens, grant, ...granted } = openModelTokens(now, tokenSeconds);
  let entityLimit = 1_000;
  let serial = 0;
  let changedAt = 0;

  const organizations: OrganizationStore = {
    ...store,
    add(body, id) {
      changedAt = now();
      serial += 1;
      return store.add(body, id ?? newId(dice, serial));
    },
    replace(organization, body) {
      changedAt = now();
      store.replace(organization, body);
    },
    remove(organization) {
      changedAt = now();
      store.remove(organization);
    },
  };

  const written: OrganizationStore = {
    ...organizations,
    add(body) {
      tenant.onWrite({ kind: 'create', after: stateOf(body) });
      return organizations.add(body);
    },
    replace(organization, body) {
      const { id } = organization;
      const write = { id, before: stateOf(organization.body), after: stateOf(body) };
      tenant.onWrite({ kind: 'update', ...write });
      organizations.replace(organization, body);
    },
    remove(organization) {
      const { id, body } = organization;
      tenant.onWrite({ kind: 'remove', id, before: stateOf(body) });
      organizations.remove(organization);
    },
  };

  const tenant: ModelTenant = {
    ...granted,
    host,
    organizations,
    connections,
    changedAt: () => changedAt,
    onWrite: () => {},
    setEntityLimit(limit) {
      entityLimit = limit;
    },
    route: routeApi({
      endpoints: [
        ...organizationEndpoints({
          organizations: written,
          connections,
          checkpoints: openCheckpoints(now),
          get entityLimit() {
            return entityLimit;
          },
          emptyMetadata: false,
          extraFields: { is_app_entitlement_active: false },
        }),
        ...organizationConnectionEndpoints(written, connections),
        ...connectionEndpoints(connections, written, now),
      ],
      limiter: openLimiter({
        limits: PLANS[plan],
        refill,
        timeScale: 1,
        now,
        fractionalReset: false,
      }),
      tokens,
      retryAfter: dice.chance(0.5),
      audience: (of) => `https://${of}/api/v2/`,
      oauthToken: async ({ body }) => grant(body),
    }),
  };
  return tenant;
}

export function stateOf(body: StoredOrganization['body']): OrganizationState {
  return { name: body.name, displayName: body.display_name, metadata: body.metadata ?? {} };
}

export function organizationsOf(tenant: ModelTenant): ReadonlyMap<string, OrganizationState> {
  return new Map(tenant.organizations.all().map(({ id, body }) => [id, stateOf(body)]));
}

/** Unique, and in no order. */
function newId(dice: Dice, serial: number): string {
  return `org_${dice
    .below(2 ** 30)
    .toString(36)
    .padStart(6, '0')}${String(serial).padStart(10, '0')}`;
}
