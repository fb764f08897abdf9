import { createInterface } from 'node:readline';
import { KubeConfig } from '@kubernetes/client-node';
import { openApiAccess } from '../../src/kubernetes/api-access.ts';
import { acquireLease } from '../../src/kubernetes/lease.ts';
import { systemClock } from '../../src/time/clock.ts';
import { createRecordedLog } from '../unit/kubernetes/recorded-log.ts';

// A process that contends for a lease of NAMESPACE as IDENTITY. It writes `held`; then, for every
// line that it reads, whether it holds the lease. It ends when its standard input does.

const { NAMESPACE: namespace = '', IDENTITY: identity = '' } = process.env;
const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();

const held = await acquireLease(
  {
    access: openApiAccess({ kubeConfig, clock: systemClock, userAgent: identity }),
    namespace,
    name: 'leader',
    identity,
    times: { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 500 },
    clock: systemClock,
    monotonic: () => performance.now(),
    random: Math.random,
    log: createRecordedLog(),
  },
  new AbortController().signal,
);
console.log('held');
for await (const line of createInterface(process.stdin)) console.log(line, held.isHeld());
process.exit();
