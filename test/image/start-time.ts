// Measures how long the image's controller takes from the start of its process until /readyz answers
// 200, as the chart runs it: `node test/image/start-time.ts ROOT [TIMES]`, where ROOT is the root file
// system that build.sh has kept. Needs root, and the control plane of the tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startControlPlane } from '../control-plane/start.ts';
import { installChart } from '../e2e/install-chart.ts';

const POLL_MS = 5;
const LONGEST_MS = 120_000;
const NAMESPACE = 'institution-sync';

interface Start {
  readonly readyMs: number;
  readonly residentMB: number;
  readonly exitCode: number | null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilReady(port: number): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (performance.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await sleep(POLL_MS);
  }
  throw new Error(`The controller was not ready within ${LONGEST_MS / 1000} s`);
}

async function startOnce(root: string, kubeconfig: string): Promise<Start> {
  const [health, metrics] = [await freePort(), await freePort()];
  const script = path.join(import.meta.dirname, 'as-pod.sh');
  const begun = performance.now();
  const options = ['--mount', '--pid', '--fork', '--kill-child', 'sh', script, root, kubeconfig];
  const flags = ['--leader-elect', `--health-probe-bind-address=127.0.0.1:${health}`];
  const command = [...options, ...flags, `--metrics-bind-address=127.0.0.1:${metrics}`];
  const child = spawn('unshare', command, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  await Promise.race([
    untilReady(health),
    ended.then(([code]) => {
      throw new Error(`The controller ended with exit code ${code}`);
    }),
  ]);
  const readyMs = performance.now() - begun;
  const { pid } = child;
  const pods = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const status = await readFile(`/proc/${pods.trim()}/status`, 'utf8');
  const [, kB = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  process.kill(Number(pods), 'SIGTERM');
  const [exitCode] = await ended;
  return { readyMs, residentMB: (Number(kB) * 1024) / 1e6, exitCode };
}

const [root, times = '5'] = process.argv.slice(2);
if (root === undefined) throw new Error('Give the folder that build.sh has made');
const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-image-'));
const plane = await startControlPlane();
try {
  await plane.kubectl(['create', 'namespace', NAMESPACE]);
  await installChart(plane, NAMESPACE, ['leaderElection=true']);
  const kubeconfig = path.join(folder, 'kubeconfig');
  await copyFile(await plane.serviceAccountKubeconfig(NAMESPACE, 'institution-sync'), kubeconfig);
  await chmod(kubeconfig, 0o444);
  await chmod(folder, 0o755);
  for (let time = 0; time < Number(times); time += 1) {
    const { readyMs, residentMB, exitCode } = await startOnce(path.resolve(root), kubeconfig);
    console.log(
      `ready after ${Math.round(readyMs)} ms, ${Math.round(residentMB)} MB resident, ` +
        `exit code ${exitCode} after SIGTERM`,
    );
  }
} finally {
  await plane.stop();
  await rm(folder, { recursive: true });
}
