import type { KubeConfig } from '@kubernetes/client-node';
import { openApiAccess } from '../kubernetes/api-access.ts';
import { codeLabel } from '../telemetry/code-label.ts';
import { startHttpServers } from '../telemetry/health.ts';
import { startOperator, type Operator, type OperatorOptions } from './operator.ts';

export interface ControllerOptions extends OperatorOptions {
  readonly kubeConfig: KubeConfig;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly version: string;
}

/**
 * Runs the operator, and answers probes and metrics, until `signal` aborts. Rejects when the lease is
 * lost: the process must end at once, because another one works now.
 */
export async function runController(
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { log, clock, metrics } = options;
  metrics.buildInfo.set({ version: options.version }, 1);
  const common = {
    kubeConfig: options.kubeConfig,
    clock,
    userAgent: `institution-sync/${options.version}`,
    onRequest: (code: string, method: string) =>
      metrics.restRequests.inc({ code: codeLabel(code), method }),
  };
  let operator: Operator | undefined;
  const access = openApiAccess({ ...common, mayWrite: () => operator?.mayWrite() });
  // Renewals wait for nobody: after an outage, hundreds of watches may wait for a connection.
  const leaseAccess = openApiAccess(common);
  const ended = new AbortController();
  const servers = await startHttpServers(
    {
      metricsBindAddress: options.metricsBindAddress,
      healthProbeBindAddress: options.healthProbeBindAddress,
      registry: metrics.registry,
      livez: () => [{ name: 'watch', ok: operator?.isSilent() !== true }],
      readyz: () => [{ name: 'process', ok: !signal.aborted }],
    },
    AbortSignal.any([signal, ended.signal]),
  );
  log.info('controller started', { version: options.version, ...servers.addresses });

  try {
    const surroundings = { access, leaseAccess, monotonic: () => performance.now() };
    operator = startOperator({ ...options, ...surroundings }, signal);
    await operator.done;
  } finally {
    ended.abort();
    await Promise.all([access.close(), leaseAccess.close(), servers.done]);
  }
}
