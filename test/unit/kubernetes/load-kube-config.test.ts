import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { loadKubeConfig } from '../../../src/kubernetes/load-kube-config.ts';

function config(name: string, namespace?: string, current = name): string {
  return JSON.stringify({
    clusters: [{ name, cluster: { server: `https://${name}` } }],
    users: [{ name, user: { token: `token-${name}` } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': current,
  });
}

describe('loadKubeConfig', () => {
  const { HOME, KUBECONFIG } = process.env;
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'kubeconfig-'));
    process.env['HOME'] = home;
    delete process.env['KUBECONFIG'];
  });
  afterEach(async () => {
    process.env['HOME'] = HOME;
    if (KUBECONFIG === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = KUBECONFIG;
    await rm(home, { recursive: true });
  });

  async function write(name: string, content: string): Promise<string> {
    const file = path.join(home, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  function server(options?: { context: string }): string | undefined {
    return loadKubeConfig(options).kubeConfig.getCurrentCluster()?.server;
  }

  it('reads ~/.kube/config, with the namespace of its context', async () => {
    await write('.kube/config', config('home', 'mine'));
    expect(server()).to.equal('https://home');
    expect(loadKubeConfig().namespace).to.equal('mine');
  });

  it('prefers KUBECONFIG; without a namespace it is the default one', async () => {
    await write('.kube/config', config('home', 'mine'));
    process.env['KUBECONFIG'] = await write('file', config('other'));
    expect(server()).to.equal('https://other');
    expect(loadKubeConfig().namespace).to.equal('default');
  });

  it('merges several files as kubectl does: missing ones are skipped, the first name decides', async () => {
    const files = [
      await write('a', config('a', 'in-a', '')),
      path.join(home, 'missing'),
      await write('b', config('b')),
      await write('c', config('a', 'in-c').replaceAll('https://a', 'https://other')),
    ];
    process.env['KUBECONFIG'] = files.join(path.delimiter);
    expect(server()).to.equal('https://b');
    expect(server({ context: 'a' })).to.equal('https://a');
    expect(loadKubeConfig({ context: 'a' }).namespace).to.equal('in-a');
  });

  it('says that there is no such context', async () => {
    process.env['KUBECONFIG'] = await write('a', config('a'));
    expect(() => loadKubeConfig({ context: 'b' })).to.throw('no context "b"');
    process.env['KUBECONFIG'] = await write('none', config('a', undefined, ''));
    expect(() => loadKubeConfig()).to.throw('no context ""');
  });

  it('says that there is no configuration at all', function () {
    // In a pod there is one.
    if (existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token')) this.skip();
    expect(() => loadKubeConfig()).to.throw('No Kubernetes cluster is configured. Set KUBECONFIG');
  });

  it('says which file cannot be read', async () => {
    process.env['KUBECONFIG'] = path.join(home, 'missing');
    expect(() => loadKubeConfig()).to.throw(/The kubeconfig cannot be read: ENOENT.*missing/);
    process.env['KUBECONFIG'] = await write('bad', 'clusters: [');
    expect(() => loadKubeConfig()).to.throw('The kubeconfig cannot be read');
  });

  for (const content of ['', 'hello', '[]', '{"clusters":7}']) {
    it(`refuses a file that holds ${JSON.stringify(content)}`, async () => {
      process.env['KUBECONFIG'] = await write('odd', content);
      expect(() => loadKubeConfig()).to.throw(/kubeconfig/);
    });
  }
});
