import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { controlPlaneBinaries } from '../../test/control-plane/assets.ts';
import { thisMachine } from '../../test/control-plane/assets/machine.ts';
import { openLifeline, type Lifeline } from '../../test/control-plane/lifeline.ts';
import { startControlPlane, type ControlPlane } from '../../test/control-plane/start.ts';
import { startAuth0Sandbox, type Auth0Sandbox } from '../../test/sandbox/auth0/start.ts';
import { startTheSandbox, type TheSandbox } from '../../test/sandbox/the/start.ts';
import { makeListings, type Listings } from './listings.ts';
import type { DemoOptions } from './options.ts';

/** What the demo plays on. Disposing it ends every process and removes every file. */
export interface Stage extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly auth0: Auth0Sandbox;
  readonly the: TheSandbox;
  readonly listings: Listings;
  readonly lifeline: Lifeline;
  /** For everything that is started: kubectl, helm and the program on the PATH, and little else. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where those programs are. */
  readonly bin: string;
}

/** In the tenant from the start; no business of the operator's. */
export const MADE_BY_HAND = { name: 'alumni-club', display_name: 'Alumni Club' };

const root = path.resolve(import.meta.dirname, '../..');

/** Starts a control plane and the stand-ins of both services. */
export async function openStage(
  options: DemoOptions,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const binaries = await controlPlaneBinaries({ machine: { ...thisMachine(signal), tell } });
  signal.throwIfAborted();
  tell('Starting etcd and kube-apiserver …');
  const lifeline = await openLifeline(path.join(tmpdir(), 'institution-sync-demo-'));
  stack.defer(() => lifeline.end());
  const plane = await startControlPlane({ binaries });
  stack.defer(() => plane.stop());
  const { timeScale } = options;
  const auth0 = stack.use(
    await startAuth0Sandbox({ plan: 'enterprise', timeScale, fractionalReset: true }),
  );
  auth0.seed([MADE_BY_HAND]);
  const listings = makeListings(options.institutions);
  const the = stack.use(await startTheSandbox({ rows: listings.first }));

  const { folder } = lifeline;
  const bin = path.join(folder, 'bin');
  const authority = path.join(folder, 'ca.pem');
  await writeFile(authority, auth0.ca);
  await linkPrograms(bin, {
    kubectl: binaries.kubectl,
    helm: binaries.helm,
    node: process.execPath,
    'institution-sync': path.join(root, 'dist/institution-sync.js'),
    'kubectl-isync': path.join(root, 'dist/institution-sync.js'),
  });
  const home = path.join(folder, 'home');
  await mkdir(home);
  signal.throwIfAborted();

  const all = stack.move();
  return {
    plane,
    auth0,
    the,
    listings,
    lifeline,
    bin,
    // Not the user's own: a proxy, another cluster or a Helm plugin would change what is seen.
    environment: {
      PATH: [bin, process.env['PATH']].join(path.delimiter),
      HOME: home,
      TMPDIR: tmpdir(),
      KUBECONFIG: plane.kubeconfig,
      NODE_EXTRA_CA_CERTS: authority,
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function linkPrograms(bin: string, programs: Readonly<Record<string, string>>) {
  await mkdir(bin);
  for (const [name, target] of Object.entries(programs)) {
    await symlink(target, path.join(bin, name));
  }
}
