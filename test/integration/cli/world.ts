import {
  startAuth0Sandbox,
  type Auth0Options,
  type Auth0Sandbox,
} from '../../sandbox/auth0/start.ts';
import type { Row } from '../../sandbox/the/listing.ts';
import { startTheSandbox, type TheSandbox } from '../../sandbox/the/start.ts';

/** THE and a tenant, and what a person gives the commands to work with them. */
export interface World {
  readonly the: TheSandbox;
  readonly tenant: Auth0Sandbox;
  /** Where things are, as flags. */
  readonly places: readonly string[];
  /** An application's credentials, as flags. */
  readonly application: readonly string[];
  /** Both, as environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the tenant's organizations, in order. */
  names(): readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Real limits, sixty times as fast: what takes a minute there takes a second here. */
export async function openWorld(
  options: Auth0Options & { readonly rows?: readonly Row[] } = {},
): Promise<World> {
  const { rows = institutions(3), ...others } = options;
  const the = await startTheSandbox({ rows });
  const tenant = await startAuth0Sandbox({ timeScale: 60, fractionalReset: true, ...others });
  const where = { AUTH0_DOMAIN: tenant.domain, THE_INSTITUTIONS_ENDPOINT: the.endpoint };
  const who = { AUTH0_CLIENT_ID: tenant.clientId, AUTH0_CLIENT_SECRET: tenant.clientSecret };
  return {
    the,
    tenant,
    places: flags(where),
    application: flags(who),
    environment: { ...where, ...who },
    names: () =>
      tenant
        .organizations()
        .map(({ name }) => name)
        .toSorted(),
    async [Symbol.asyncDispose]() {
      await Promise.all([the.stop(), tenant.stop()]);
    },
  };
}

/** Rows of THE: `i-00000001` and so on. */
export function institutions(count: number, first = 1): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({
    iid: institutionId(first + index),
    name: `University ${first + index}`,
    country: 'United Kingdom',
  }));
}

export function institutionId(number: number): string {
  return `i-${String(number).padStart(8, '0')}`;
}

/** A managed organization for each row, as a sync would have made it. */
export function managed(rows: readonly Row[]) {
  return rows.map((row) => ({
    name: String(row['iid']),
    display_name: String(row['name']),
    metadata: { institutionId: String(row['iid']) },
  }));
}

function flags(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}
