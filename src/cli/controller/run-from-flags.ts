import { z } from 'zod';
import { allowList } from '../../controller/allow-list.ts';
import { runController } from '../../controller/controller.ts';
import { leaseName } from '../../controller/lease-name.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { proxySettings } from '../../kubernetes/proxy-settings.ts';
import { createLog } from '../../telemetry/create-log.ts';
import { processSecrets } from '../../telemetry/process-secrets.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { startTracing } from '../../telemetry/start-tracing.ts';
import { systemClock } from '../../time/clock.ts';
import { EXIT } from '../exit-code.ts';
import { listenForSignals } from '../interruption.ts';
import { UsageError } from '../usage-error.ts';

const List = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const MOST_WORKERS = 10_000;

/** RFC 1123, as the API server asks of a Lease. */
const LEASE_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

const Flags = z.object({
  watchNamespace: List,
  watchLabelSelector: z.string().optional(),
  concurrency: z.coerce.number('must be a number').int().min(1).max(MOST_WORKERS),
  leaderElect: z.boolean().default(false),
  leaderElectNamespace: z.string().min(1).optional(),
  leaderElectName: z.string().regex(LEASE_NAME, 'must be a name of lower case letters').optional(),
  metricsBindAddress: z.string(),
  healthProbeBindAddress: z.string(),
  allowedAuth0Domains: List,
  allowedInstitutionHosts: List,
  logLevel: z.enum(['error', 'warn', 'info', 'debug']),
});

/**
 * Runs the operator until SIGTERM or SIGINT, which is an orderly end and exit 0; 1 when it cannot
 * start or has lost its lease.
 */
export async function runFromFlags(options: Readonly<Record<string, unknown>>): Promise<number> {
  const flags = readFlags(options);
  proxySettings();
  const { kubeConfig, namespace } = loadKubeConfig();
  const log = createLog({
    level: flags.logLevel,
    format: 'json',
    stream: process.stdout,
    secrets: processSecrets,
  });
  const interruption = listenForSignals({
    onStop: (signal) => log.info('stopping', { signal }),
    onGiveUp: () => log.error('the requests in flight did not end in time'),
    giveUpCode: EXIT.DONE,
  });
  await startTracing(process.env, log);
  try {
    await runController(
      {
        kubeConfig,
        namespaces: flags.watchNamespace,
        labelSelector: flags.watchLabelSelector,
        concurrency: flags.concurrency,
        lease: flags.leaderElect ? leaseOf(flags, namespace) : undefined,
        metricsBindAddress: flags.metricsBindAddress,
        healthProbeBindAddress: flags.healthProbeBindAddress,
        allowLists: {
          auth0Domains: allowList(flags.allowedAuth0Domains),
          institutionHosts: allowList(flags.allowedInstitutionHosts),
        },
        version: process.env['INSTITUTION_SYNC_VERSION'] ?? '0.0.0-development',
        metrics: createMetrics(),
        log,
        clock: systemClock,
        random: Math.random,
      },
      interruption.signal,
    );
  } catch (error) {
    // Told to stop while it waited for the lease or for the first listing: nothing was begun.
    if (!interruption.signal.aborted || error !== interruption.signal.reason) {
      log.error('controller failed', { error });
      return EXIT.FAILED;
    }
  } finally {
    interruption.end();
  }
  log.info('controller stopped');
  return EXIT.DONE;
}

function leaseOf(flags: z.output<typeof Flags>, ownNamespace: string) {
  return {
    namespace: flags.leaderElectNamespace ?? ownNamespace,
    name: flags.leaderElectName ?? leaseName(flags.watchLabelSelector),
  };
}

function readFlags(options: Readonly<Record<string, unknown>>): z.output<typeof Flags> {
  const { success, data, error } = Flags.safeParse(options);
  if (success) return data;
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? '').replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  throw new UsageError(`--${name} ${issue?.message}.`);
}
