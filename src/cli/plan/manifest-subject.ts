import { credentialsFromKeys, type Credentials } from '../../auth0/credentials.ts';
import type { ClusterOptions } from '../cluster/cluster-options.ts';
import { assertTrusted, type TrustOptions } from '../cluster/trusted-hosts.ts';
import { withCluster } from '../cluster/with-cluster.ts';
import { RESOURCE_WORDING } from '../wording.ts';
import type { PlanSubject } from './compute-plan.ts';
import { readManifest } from './read-manifest.ts';

/**
 * A manifest as a subject of plans. Its credentials: those that are given, else those of the Secret
 * in the same file, else those of the Secret in the cluster.
 */
export async function manifestSubject(
  file: string,
  name: string | undefined,
  options: ClusterOptions & TrustOptions,
  given: Credentials | undefined,
): Promise<PlanSubject> {
  const { object, secretKeys } = readManifest(file, name);
  const { spec, metadata } = object;
  const subject = { spec, approval: undefined, wording: RESOURCE_WORDING };
  if (given !== undefined) return { ...subject, credentials: given };
  if (secretKeys !== undefined) {
    return { ...subject, credentials: credentialsFromKeys(secretKeys) };
  }
  assertTrusted(spec, undefined, options);
  const namespace = options.namespace ?? metadata.namespace;
  const where = namespace === undefined ? options : { ...options, namespace };
  const secret = spec.auth0.credentialsSecretRef.name;
  const credentials = await withCluster(where, (cluster, signal) =>
    cluster.readCredentials(secret, signal),
  );
  return { ...subject, credentials };
}
