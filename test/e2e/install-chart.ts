import { fileURLToPath } from 'node:url';
import type { ControlPlane } from '../control-plane/start.ts';

const CHART = fileURLToPath(new URL('../../charts/institution-sync', import.meta.url));

/**
 * Installs the chart for the sandboxes' hosts; `values` as helm's --set takes them. A controller of
 * it must then be started: nothing runs pods.
 */
export async function installChart(
  plane: ControlPlane,
  namespace: string,
  values: readonly string[],
  release = 'institution-sync',
): Promise<void> {
  const { code, stderr } = await plane.helm([
    'upgrade',
    '--install',
    release,
    CHART,
    '--namespace',
    namespace,
    // The custom resource is one for the cluster; the test files share it.
    '--take-ownership',
    ...[
      'allowedAuth0Domains=127.0.0.1:*',
      'allowedInstitutionHosts=127.0.0.1:*',
      'leaderElection=false',
      ...values,
    ].flatMap((value) => ['--set', value]),
  ]);
  if (code !== 0) throw new Error(`helm install: ${stderr}`);
}
