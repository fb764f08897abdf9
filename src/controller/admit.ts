import { auth0Urls } from '../api/auth0-settings.ts';
import { Fault } from '../api/fault.ts';
import type { InstitutionSyncSpec } from '../api/spec.ts';
import { assertAllowed } from './allow-list.ts';
import type { ReconcileContext } from './context.ts';
import { readCredentials } from './credentials.ts';
import type { Entry } from './entry.ts';
import { openSession, type Session } from './session.ts';
import { olderRival } from './tenant-conflict.ts';
import { isReadable, type WatchedObject } from './watched-object.ts';

export interface Admitted {
  readonly spec: InstitutionSyncSpec;
  readonly session: Session;
}

/** Everything that must be right before a request goes out. Rejects with a Fault. */
export async function admit(
  object: WatchedObject,
  entry: Entry,
  context: ReconcileContext,
  signal: AbortSignal,
): Promise<Admitted> {
  if (!isReadable(object)) {
    throw object.invalid ?? new Fault('InvalidSpec', 'The spec cannot be read. Correct it.');
  }
  const { spec, metadata } = object;
  const { host, tokenEndpoint } = auth0Urls(spec);
  const hosts = { domain: host, tokenEndpoint, institutions: spec.institutions.endpoint };
  assertAllowed(hosts, context.allowLists);

  const rival = olderRival(object, context.claims());
  if (rival !== undefined) {
    throw new Fault(
      'TenantConflict',
      `The older InstitutionSync ${rival.metadata.namespace}/${rival.metadata.name} works on the same tenant (${host}). Delete one of the two.`,
    );
  }

  const { name } = spec.auth0.credentialsSecretRef;
  const secret = await readCredentials(context.api, metadata.namespace, name, signal);
  const before = entry.session;
  entry.session = openSession(spec, secret, before, context.session);
  if (before !== undefined && before.secretVersion !== secret.version) {
    const note = 'The Secret has changed; the new credentials are in use.';
    const event = { type: 'Normal', reason: 'CredentialsRotated', action: 'Authenticate' } as const;
    await context.api.recordEvent(object, { ...event, note }, signal);
  }
  return { spec, session: entry.session };
}
