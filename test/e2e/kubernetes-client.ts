import { KubeConfig } from '@kubernetes/client-node';
import { openApiAccess, type ApiAccess } from '../../src/kubernetes/api-access.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { ControlPlane } from '../control-plane/start.ts';

/** API access as a kubeconfig file says; `server` is another address, a proxy's, for the same. */
export function openAccess(file: string, server?: string): ApiAccess {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(file);
  const cluster = kubeConfig.getCurrentCluster();
  if (server !== undefined && cluster !== null) Object.assign(cluster, { server });
  return openApiAccess({ kubeConfig, clock: systemClock, userAgent: 'institution-sync/test' });
}

/** kubectl as the administrator; rejects when it fails. */
export async function kubectl(plane: ControlPlane, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Gives a new service account of the namespace these rights, and returns its kubeconfig file. */
export async function serviceAccountWith(
  plane: ControlPlane,
  namespace: string,
  name: string,
  ...rights: readonly string[]
): Promise<string> {
  await kubectl(plane, 'create', 'serviceaccount', name, '-n', namespace);
  if (rights.length > 0) await grant(plane, namespace, name, ...rights);
  return plane.serviceAccountKubeconfig(namespace, name);
}

/** `rights` are flags of `kubectl create role`. */
export async function grant(
  plane: ControlPlane,
  namespace: string,
  name: string,
  ...rights: readonly string[]
): Promise<void> {
  await kubectl(plane, 'create', 'role', name, '-n', namespace, ...rights);
  const subject = `--serviceaccount=${namespace}:${name}`;
  const role = `--role=${name}`;
  await kubectl(plane, 'create', 'rolebinding', name, '-n', namespace, role, subject);
}
