import { createPacer } from '../../../src/auth0/pacing/pacer.ts';
import type { Credentials } from '../../../src/auth0/credentials.ts';
import { openTenant, type TenantOptions } from '../../../src/auth0/tenant.ts';
import type { Tenant } from '../../../src/sync/tenant.ts';
import type { Log } from '../../../src/telemetry/log.ts';
import { startAuth0Sandbox, type Auth0Options } from '../../sandbox/auth0/start.ts';
import { trustSandboxes } from '../../sandbox/certificates.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

/** A signal that never aborts. */
export const { signal: never } = new AbortController();

/** A log that keeps its lines, fields and all. */
export function recordingLog(): Log & { readonly lines: readonly unknown[] } {
  const lines: unknown[] = [];
  const add = (level: string) => (message: string, fields?: object) => {
    lines.push({ level, message, ...fields });
  };
  const log = {
    lines,
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    child: () => log,
  };
  return log;
}

export type Settings = Partial<TenantOptions> & { readonly clock?: TestClock };

/** The client of a tenant at `domain`; waits cost it nothing. Each request is a line of `requests`. */
export async function clientOf(domain: string, settings: Settings = {}) {
  await trustSandboxes();
  const clock = settings.clock ?? createTestClock();
  const log = recordingLog();
  const requests: string[] = [];
  const tenant: Tenant = openTenant({
    domain,
    audience: `https://${domain}/api/v2/`,
    tokenEndpoint: `https://${domain}/oauth/token`,
    credentials: { kind: 'secret', clientId: 'sandbox-client', clientSecret: 'sandbox-secret' },
    pacer: createPacer({ clock }),
    requestBudget: 100,
    random: () => 0.5,
    log,
    onRequest: (endpoint, status) => requests.push(`${endpoint} ${status ?? 'lost'}`),
    ...settings,
    clock,
  });
  return { tenant, clock, log, requests };
}

/** A sandbox without limits, and a client of it. */
export async function sandboxed(options: Auth0Options = {}, settings: Settings = {}) {
  const auth0 = await startAuth0Sandbox({ plan: 'none', ...options });
  const client = await clientOf(auth0.domain, settings);
  return { auth0, ...client, [Symbol.asyncDispose]: auth0[Symbol.asyncDispose] };
}

/** A token given by hand, as credentials. */
export function byHand(accessToken: string): Credentials {
  return { kind: 'token', accessToken };
}

/** All organizations' names, as the client lists them. */
export async function listNames(tenant: Tenant, signal = never): Promise<string[]> {
  const names: string[] = [];
  for await (const page of tenant.listOrganizations(signal)) {
    names.push(...page.map(({ name }) => name));
  }
  return names;
}

/** Names for `count` organizations. */
export function organizations(count: number): { name: string; display_name: string }[] {
  return Array.from({ length: count }, (_, i) => ({ name: `o${i}`, display_name: `O ${i}` }));
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the promise was to reject');
}
