import { controlPlaneBinaries } from './assets.ts';
import { startControlPlane, type ControlPlane } from './start.ts';

let plane: Promise<ControlPlane> | undefined;

/**
 * The one control plane of this process, started by the first call and stopped after the last test.
 * Tests keep apart by namespaces of their own.
 */
export function sharedControlPlane(): Promise<ControlPlane> {
  plane ??= startControlPlane();
  return plane;
}

// Root hooks: imported by a test file, this module is loaded before the run begins.
before('find the binaries of the control plane', async function () {
  // They may have to be built, once, which takes minutes. A failure is told by those who need them.
  this.timeout(0);
  await controlPlaneBinaries().catch(() => {});
});

after('stop the control plane', async function () {
  // A worker of a parallel run goes on with the next file; the control plane ends with the worker.
  if (process.env['MOCHA_WORKER_ID'] !== undefined) return;
  this.timeout(30_000);
  const running = await plane?.catch(() => undefined);
  await running?.stop();
});
