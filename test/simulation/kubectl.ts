import { API_VERSION, KIND } from '../../src/api/names.ts';
import { InstitutionSyncSpec } from '../../src/api/spec.ts';
import { INSTITUTION_SYNCS, SECRETS } from '../../src/controller/cluster-api.ts';
import type { ApiServer, Stored } from './api-server.ts';
import type { Dice } from './dice.ts';
import type { ModelTenant } from './model-tenant.ts';
import { endpointOf } from './the-line.ts';

/** Two objects for one tenant may be in different namespaces. */
const NAMESPACES: Readonly<Record<string, string>> = { a: 'identity', b: 'elsewhere' };
export const ALL_NAMESPACES: readonly string[] = Object.values(NAMESPACES);

/** The cluster as people use it: InstitutionSyncs and their Secrets. */
export interface Kubectl {
  readonly objects: () => readonly Stored[];
  object(name: string): Stored | undefined;
  createObject(name: string, spec?: Readonly<Record<string, object | string>>): void;
  editSpec(name: string, change: object): void;
  annotate(name: string, annotation: string, value: string): void;
  deleteObject(name: string): void;
  /** The Secret's right content: the tenant accepts these credentials from now on. */
  writeSecret(name: string): void;
  writeWrongSecret(name: string): void;
  deleteSecret(name: string): void;
  /** Writes it anew unless it is right. */
  mendSecret(name: string): void;
}

export function createKubectl(server: ApiServer, tenant: ModelTenant, dice: Dice): Kubectl {
  const right = new Set<string>();
  let serial = 0;

  function objectAt(name: string) {
    return { resource: INSTITUTION_SYNCS, namespace: NAMESPACES[name], name };
  }
  function secretAt(name: string) {
    return { resource: SECRETS, namespace: NAMESPACES[name], name: `creds-${name}` };
  }
  function putSecret(name: string, keys: Readonly<Record<string, string>>): void {
    const at = secretAt(name);
    const data = Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const before = server.get(at);
    if (before === undefined) server.create(at, { metadata: { name: at.name }, data });
    else server.replace(at, { ...before, data });
  }

  const kubectl: Kubectl = {
    objects: () => server.list({ resource: INSTITUTION_SYNCS }),
    object: (name) => server.get(objectAt(name)),
    createObject(name, spec = {}) {
      if (kubectl.object(name) !== undefined) return;
      const whole = InstitutionSyncSpec.parse({
        auth0: {
          domain: dice.pick([tenant.host, tenant.host.toUpperCase(), `${tenant.host}:443`]),
          audience: `https://${tenant.host}/api/v2/`,
          credentialsSecretRef: { name: `creds-${name}` },
        },
        ...spec,
        institutions: { pageSize: 3, ...Object(spec['institutions']), endpoint: endpointOf(name) },
      });
      const at = objectAt(name);
      server.create(at, { apiVersion: API_VERSION, kind: KIND, metadata: { name }, spec: whole });
    },
    editSpec(name, change) {
      if (kubectl.object(name) !== undefined) server.merge(objectAt(name), { spec: change });
    },
    annotate(name, annotation, value) {
      if (kubectl.object(name) === undefined) return;
      server.merge(objectAt(name), { metadata: { annotations: { [annotation]: value } } });
    },
    deleteObject: (name) => server.delete(objectAt(name)),
    mendSecret(name) {
      if (!right.has(name)) kubectl.writeSecret(name);
    },
    writeSecret(name) {
      serial += 1;
      right.add(name);
      if (dice.chance(0.2))
        return putSecret(name, { AUTH0_ACCESS_TOKEN: tenant.issueByHand(name) });
      const secret = `secret-${serial}`;
      tenant.secrets.set(name, (tenant.secrets.get(name) ?? new Set()).add(secret));
      putSecret(name, { AUTH0_CLIENT_ID: name, AUTH0_CLIENT_SECRET: secret });
    },
    writeWrongSecret(name) {
      right.delete(name);
      putSecret(
        name,
        dice.pick([
          { AUTH0_CLIENT_ID: name, AUTH0_CLIENT_SECRET: 'wrong' },
          { AUTH0_CLIENT_ID: name },
          { AUTH0_ACCESS_TOKEN: 'expired' },
        ] as const),
      );
    },
    deleteSecret(name) {
      right.delete(name);
      server.delete(secretAt(name));
    },
  };
  return kubectl;
}
