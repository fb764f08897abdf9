import { parseSpec } from '../../api/institution-sync.ts';
import type { Credentials } from '../../auth0/credentials.ts';
import { readWatchedObject, type WatchedObject } from '../../controller/watched-object.ts';
import { RESOURCE_WORDING } from '../wording.ts';
import type { PlanSubject } from '../plan/compute-plan.ts';
import { withCluster } from './with-cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { assertTrusted, type TrustOptions } from './trusted-hosts.ts';

export interface ObjectSubject extends PlanSubject {
  readonly object: WatchedObject;
}

/**
 * An object of the cluster as a subject of plans, with the credentials of its Secret unless others
 * are given. Rejects with a Fault or a CommandError.
 */
export async function objectSubject(
  name: string | undefined,
  options: ClusterOptions & TrustOptions,
  given: Credentials | undefined,
): Promise<ObjectSubject> {
  return withCluster(options, async (cluster, signal) => {
    const raw = await cluster.find(name, signal);
    const object = readWatchedObject(raw);
    const spec = object.spec ?? parseSpec(raw['spec']);
    const subject = { spec, object, approval: object.approval, wording: RESOURCE_WORDING };
    if (given !== undefined) return { ...subject, credentials: given };
    assertTrusted(spec, object, options);
    const secret = spec.auth0.credentialsSecretRef.name;
    const credentials = await cluster.readCredentials(secret, signal);
    return { ...subject, credentials };
  });
}
