import { isDeepStrictEqual } from 'node:util';
import { auth0Urls } from '../api/auth0-settings.ts';
import type { InstitutionSyncSpec } from '../api/spec.ts';
import { clientIdOf, type Credentials } from '../auth0/credentials.ts';
import type { Pacer } from '../auth0/pacing/pacer.ts';
import { openTenant, type TenantOptions } from '../auth0/tenant.ts';
import { openSource, type SourceOptions } from '../institutions/listing.ts';
import { emptyMemory, type TenantMemory } from '../sync/snapshot.ts';
import type { Source } from '../sync/source.ts';
import type { Tenant } from '../sync/tenant.ts';
import type { SecretContent } from './credentials.ts';

/** The open clients of one object, kept from sync to sync: token, pages with ETags, snapshot. */
export interface Session {
  readonly tenant: Tenant;
  readonly source: Source;
  readonly memory: TenantMemory;
  /** Whom the tenant is changed by and where, for the record. */
  readonly actor: { readonly tenant: string; readonly clientId: string | undefined };
  /** Of the credentials in use. */
  readonly secretVersion: string;
  readonly tenantSettings: unknown;
  readonly sourceSettings: unknown;
}

/** What clients need besides the object's own settings. */
export interface SessionContext {
  readonly tenant: Pick<
    TenantOptions,
    'clock' | 'random' | 'log' | 'onRequest' | 'onExpiry' | 'mayWrite' | 'fetch' | 'correlationId'
  >;
  readonly source: Pick<SourceOptions, 'clock' | 'random' | 'log' | 'onRequest' | 'adapter'>;
  /** What Auth0 last said to be left of each endpoint's limit. */
  readonly onRemaining: (remaining: ReturnType<Pacer['remaining']>) => void;
  /** One pacer for each tenant, shared among all objects and syncs. */
  readonly pacerOf: (domain: string) => Pacer;
}

/**
 * Opens what the object's settings ask for, and keeps of `before` whatever they do not concern: new
 * credentials keep the snapshot of the tenant, a new page size keeps the token.
 */
export function openSession(
  spec: InstitutionSyncSpec,
  secret: SecretContent,
  before: Session | undefined,
  context: SessionContext,
): Session {
  const urls = auth0Urls(spec);
  const tenantSettings = {
    domain: urls.host,
    audience: urls.audience,
    tokenEndpoint: urls.tokenEndpoint,
    requestBudget: spec.auth0.requestBudget,
  };
  const sourceSettings = {
    endpoint: spec.institutions.endpoint,
    pageSize: spec.institutions.pageSize,
    minimum: spec.institutions.minimum,
    fields: spec.organizations.metadata,
  };
  const sameTenant =
    before?.secretVersion === secret.version &&
    isDeepStrictEqual(before.tenantSettings, tenantSettings);
  const sameSource = isDeepStrictEqual(before?.sourceSettings, sourceSettings);
  return {
    tenant:
      sameTenant && before !== undefined
        ? before.tenant
        : open(tenantSettings, secret.credentials, context),
    source:
      sameSource && before !== undefined
        ? before.source
        : openSource({ ...sourceSettings, ...context.source }),
    memory: before?.memory ?? emptyMemory(),
    actor: { tenant: urls.host, clientId: clientIdOf(secret.credentials) },
    secretVersion: secret.version,
    tenantSettings,
    sourceSettings,
  };
}

function open(
  settings: Pick<TenantOptions, 'domain' | 'audience' | 'tokenEndpoint' | 'requestBudget'>,
  credentials: Credentials,
  context: SessionContext,
): Tenant {
  const pacer = context.pacerOf(settings.domain);
  function onRequest(endpoint: string, status: number | undefined): void {
    context.tenant.onRequest?.(endpoint, status);
    context.onRemaining(pacer.remaining());
  }
  return openTenant({ ...settings, ...context.tenant, credentials, pacer, onRequest });
}
