import { auth0Urls } from '../api/auth0-settings.ts';
import type { InstitutionSyncSpec } from '../api/spec.ts';
import type { Credentials } from '../auth0/credentials.ts';
import type { Pacer } from '../auth0/pacing/pacer.ts';
import { openTenant } from '../auth0/tenant.ts';
import { openSource } from '../institutions/listing.ts';
import type { Phase } from '../sync/observer.ts';
import { emptyMemory, type TenantMemory } from '../sync/snapshot.ts';
import type { Source } from '../sync/source.ts';
import type { Tenant } from '../sync/tenant.ts';
import type { Log } from '../telemetry/log.ts';
import { systemClock } from '../time/clock.ts';

/** The open ends of a sync, kept from round to round: token, pages with ETags, snapshot. */
export interface Clients {
  readonly tenant: Tenant;
  readonly source: Source;
  readonly memory: TenantMemory;
  /** From now on the tenant's own logs show requests under this id. */
  correlate(id: string): void;
}

/** Opens what the settings ask for; nothing is sent yet. Each request is a line of debug log. */
export function openClients(
  spec: InstitutionSyncSpec,
  credentials: Credentials,
  pacer: Pacer,
  log: Log,
): Clients {
  const { host, audience, tokenEndpoint } = auth0Urls(spec);
  const { endpoint, pageSize, minimum } = spec.institutions;
  let correlationId: string | undefined;
  const world = { clock: systemClock, random: Math.random, log };
  return {
    tenant: openTenant({
      domain: host,
      audience,
      tokenEndpoint,
      credentials,
      pacer,
      requestBudget: spec.auth0.requestBudget,
      correlationId: () => correlationId,
      onRequest: (endpoint, status) => log.debug('request to Auth0', { endpoint, status }),
      ...world,
    }),
    source: openSource({
      endpoint,
      pageSize,
      minimum,
      fields: spec.organizations.metadata,
      onRequest: (status) => log.debug('request to THE', { status }),
      ...world,
    }),
    memory: emptyMemory(),
    correlate(id) {
      correlationId = id;
    },
  };
}

/** How long `left` steps of a phase will take by the limits that the tenant has shown so far. */
export function remainingBy(pacer: Pacer, requestBudget: number) {
  return (phase: Phase, left: number): number | undefined => {
    const endpoint = BOTTLENECK[phase];
    if (endpoint === undefined) return undefined;
    const ms = pacer.estimate(endpoint, left, requestBudget / 100);
    return Number.isFinite(ms) ? ms : undefined;
  };
}

/** The bucket that sets the pace of a phase. */
const BOTTLENECK = {
  ReadingInstitutions: undefined,
  ReadingOrganizations: undefined,
  Applying: 'organizationWrites',
  CheckingConnections: 'connectionReads',
} as const satisfies Record<Phase, Parameters<Pacer['estimate']>[0] | undefined>;
