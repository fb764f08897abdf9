import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isRunning, untilEnded } from '../control-plane/process-state.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { startTcpProxy, type TcpProxy } from '../control-plane/tcp-proxy.ts';

const held = fileURLToPath(new URL('../control-plane/held.mts', import.meta.url));

async function kubectl(plane: ControlPlane, args: readonly string[], kubeconfig?: string) {
  const { code, stdout, stderr } = await plane.kubectl(
    args,
    kubeconfig === undefined ? {} : { kubeconfig },
  );
  return { code, said: `${stdout}${stderr}`.trim() };
}

/** The process ids of the servers whose kubeconfig this is. */
async function serversOf(kubeconfig: string): Promise<number[]> {
  const folder = path.join(path.dirname(kubeconfig), 'pids');
  const notes = ['etcd', 'kube-apiserver'].map((name) => readFile(path.join(folder, name), 'utf8'));
  return (await Promise.all(notes)).map(Number);
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

describe('the control plane', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  before(async () => {
    plane = await sharedControlPlane();
  });

  it('is the Kubernetes that its binary says, on loopback', async () => {
    expect(plane.server).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    const built = execFileSync(plane.binaries.kubeApiserver, ['--version'], { encoding: 'utf8' });
    const { said } = await kubectl(plane, ['version']);
    expect(said).to.contain(`Server Version: ${built.trim().split(' ')[1]}`);
    if (process.env['KUBEBUILDER_ASSETS'] === undefined) {
      expect(said).to.match(/Server Version: v1\.35\./);
    }
  });

  it('makes namespaces of names of their own', async () => {
    const names = await Promise.all([plane.createNamespace('twin'), plane.createNamespace('twin')]);
    expect(new Set(names).size).to.equal(2);
    for (const name of names) expect(name).to.match(/^twin-./);
    const { said } = await kubectl(plane, ['get', 'namespaces', '-o', 'name', ...names]);
    expect(said.split('\n')).to.have.members(names.map((name) => `namespace/${name}`));
  });

  it('knows service accounts, and lets them do what RBAC allows, no more', async () => {
    const namespace = await plane.createNamespace('rbac');
    await kubectl(plane, ['create', 'serviceaccount', 'reader', '-n', namespace]);
    const kubeconfig = await plane.serviceAccountKubeconfig(namespace, 'reader');
    const denied = await kubectl(plane, ['get', 'secrets'], kubeconfig);
    expect(denied.code).to.equal(1);
    expect(denied.said).to.contain(
      `User "system:serviceaccount:${namespace}:reader" cannot list resource "secrets"`,
    );
    const role = ['--verb=list', '--resource=secrets', '-n', namespace];
    await kubectl(plane, ['create', 'role', 'reader', ...role]);
    const bound = [`--serviceaccount=${namespace}:reader`, '-n', namespace];
    await kubectl(plane, ['create', 'rolebinding', 'reader', '--role=reader', ...bound]);
    const allowed = await kubectl(plane, ['get', 'secrets'], kubeconfig);
    expect(allowed).to.deep.equal({
      code: 0,
      said: `No resources found in ${namespace} namespace.`,
    });
    const elsewhere = await kubectl(plane, ['get', 'secrets', '-n', 'default'], kubeconfig);
    expect(elsewhere.code).to.equal(1);
  });

  it('has no kubeconfig for a service account that does not exist', async () => {
    const error = await plane.serviceAccountKubeconfig('default', 'nobody').catch(String);
    expect(error).to.contain('404');
  });

  it('takes manifests from standard input', async () => {
    const namespace = await plane.createNamespace('input');
    const input = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'notes', namespace },
      data: { motto: 'naïve café' },
    });
    expect((await plane.kubectl(['apply', '-f', '-'], { input })).stdout).to.equal(
      'configmap/notes created\n',
    );
    const get = ['get', 'configmap', 'notes', '-n', namespace, '-o', 'jsonpath={.data.motto}'];
    expect((await kubectl(plane, get)).said).to.equal('naïve café');
  });

  it('takes charts from helm', async () => {
    const namespace = await plane.createNamespace('chart');
    const chart = await mkdtemp(path.join(tmpdir(), 'chart-'));
    await mkdir(path.join(chart, 'templates'));
    await writeFile(path.join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: tiny\nversion: 1.0.0\n');
    await writeFile(
      path.join(chart, 'templates', 'config.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-config" }\n',
    );
    const installed = await plane.helm(['install', 'one', chart, '-n', namespace]);
    await rm(chart, { recursive: true });
    expect(installed.stdout).to.contain('STATUS: deployed');
    const get = ['get', 'configmap', '-n', namespace, '-o', 'name'];
    expect((await kubectl(plane, get)).said).to.equal('configmap/one-config');
    expect((await plane.helm(['uninstall', 'one', '-n', namespace])).code).to.equal(0);
    expect((await kubectl(plane, get)).said).to.equal('');
  });

  describe('behind the proxy', () => {
    let proxy: TcpProxy;
    let kubeconfig: string;
    const get = ['get', '--raw', '/version', '--request-timeout=2s'];
    before(async () => {
      proxy = await startTcpProxy({ target: plane.server });
      const namespace = await plane.createNamespace('proxy');
      await kubectl(plane, ['create', 'serviceaccount', 'client', '-n', namespace]);
      kubeconfig = await plane.serviceAccountKubeconfig(namespace, 'client', {
        server: proxy.url,
      });
    });
    after(() => proxy.stop());
    afterEach(async () => {
      await proxy.resume();
      expect((await kubectl(plane, get, kubeconfig)).code).to.equal(0);
    });

    it('is down when it refuses', async () => {
      await proxy.refuse();
      const { code, said } = await kubectl(plane, get, kubeconfig);
      expect(code).to.equal(1);
      expect(said).to.contain('was refused');
    });

    it('is silent in a black hole', async () => {
      proxy.blackHole();
      const { code, said } = await kubectl(plane, get, kubeconfig);
      expect(code).to.equal(1);
      expect(said).to.match(/timeout|deadline exceeded/i);
    });

    it('is slow with a delay', async () => {
      proxy.delay(150);
      const from = performance.now();
      expect((await kubectl(plane, get, kubeconfig)).code).to.equal(0);
      // A TLS handshake and a request, there and back each.
      expect(performance.now() - from).to.be.greaterThan(590);
    });
  });
});

describe('a control plane of its own', function () {
  this.timeout(60_000);
  const get = ['get', 'configmap', 'kept', '-n', 'default', '-o', 'name', '--request-timeout=2s'];
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane();
    await kubectl(plane, ['create', 'configmap', 'kept', '-n', 'default']);
  });
  after(() => plane.stop());

  it('starts again on the same port with the same data and tokens', async () => {
    await kubectl(plane, ['create', 'serviceaccount', 'client', '-n', 'default']);
    const kubeconfig = await plane.serviceAccountKubeconfig('default', 'client');
    await plane.stopApiServer();
    expect((await kubectl(plane, get)).said).to.contain('was refused');
    await plane.startApiServer();
    expect((await kubectl(plane, get)).said).to.equal('configmap/kept');
    const whoami = await kubectl(plane, ['auth', 'whoami'], kubeconfig);
    expect(whoami.said).to.contain('system:serviceaccount:default:client');
  });

  it('can crash, both its servers', async () => {
    await plane.killApiServer();
    expect((await kubectl(plane, get)).said).to.contain('was refused');
    await plane.startApiServer();
    await plane.killEtcd();
    const create = ['create', 'configmap', 'lost', '-n', 'default', '--request-timeout=2s'];
    expect((await kubectl(plane, create)).code).to.equal(1);
    await plane.startEtcd();
    expect((await kubectl(plane, get)).said).to.equal('configmap/kept');
  });

  it('can hang, both its servers', async () => {
    await plane.pauseApiServer();
    expect((await kubectl(plane, get)).said).to.match(/timeout|deadline exceeded/i);
    await plane.resumeApiServer();
    expect((await kubectl(plane, get)).said).to.equal('configmap/kept');
    await plane.pauseEtcd();
    const create = ['create', 'configmap', 'late', '-n', 'default', '--request-timeout=2s'];
    expect((await kubectl(plane, create)).code).to.equal(1);
    await plane.resumeEtcd();
    expect((await kubectl(plane, get)).said).to.equal('configmap/kept');
  });

  it('leaves no process and no file when it stops, even while it hangs', async () => {
    const pids = await serversOf(plane.kubeconfig);
    expect(await Promise.all(pids.map(isRunning))).to.deep.equal([true, true]);
    await plane.pauseApiServer();
    await plane.stop();
    await plane.stop();
    expect(await Promise.all(pids.map(isRunning))).to.deep.equal([false, false]);
    expect(await isThere(path.dirname(plane.kubeconfig))).to.equal(false);
  });

  it('can be stopped when its servers have died by themselves', async () => {
    const fallen = await startControlPlane();
    const pids = await serversOf(fallen.kubeconfig);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await fallen.stop();
    expect(await isThere(path.dirname(fallen.kubeconfig))).to.equal(false);
  });

  it('leaves no process and no file when its owner is killed', async () => {
    const owner = spawn(process.execPath, [held], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line]: unknown[] = await once(owner.stdout, 'data');
    const kubeconfig = String(line).trim();
    const pids = await serversOf(kubeconfig);
    expect(await Promise.all(pids.map(isRunning))).to.deep.equal([true, true]);
    owner.kill('SIGKILL');
    for (const pid of pids) await untilEnded(pid, 10_000);
    while (await isThere(path.dirname(kubeconfig))) await sleep(20);
  });
});
