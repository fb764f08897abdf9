import { expect } from 'chai';
import type { ApiAccess } from '../../src/kubernetes/api-access.ts';
import { isConflict, KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { kubectl, openAccess, serviceAccountWith } from './kubernetes-client.ts';

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps' };
const DEPLOYMENTS = { group: 'apps', version: 'v1', plural: 'deployments' };
const { signal } = new AbortController();

async function failure(promise: Promise<unknown>): Promise<KubernetesError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof KubernetesError) return error;
  throw new Error('no KubernetesError', { cause: error });
}

describe('API access, on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let access: ApiAccess;
  let namespace: string;

  before(async () => {
    plane = await sharedControlPlane();
    access = openAccess(plane.kubeconfig);
    namespace = await plane.createNamespace('access');
  });
  after(() => access.close());

  function configMap(name: string, data: Readonly<Record<string, string>> = {}) {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
  }

  it('creates, reads, replaces, patches and deletes', async () => {
    const at = { resource: CONFIG_MAPS, namespace, name: 'a' };
    const created = await access.create(at, configMap('a', { k: '1' }), signal);
    expect(await access.get(at, signal)).to.deep.equal(created);
    const replaced = await access.replace(at, { ...created, data: { k: '2' } }, signal);
    expect(replaced).to.have.deep.property('data', { k: '2' });
    const body = { data: { k: null, l: '3' } };
    const patched = await access.patch(at, { type: 'merge', body, fieldManager: 'm' }, signal);
    expect(patched).to.have.deep.property('data', { l: '3' });
    expect(await access.delete({ ...at, uid: created.metadata.uid }, signal)).to.equal('deleted');
    expect(await access.get(at, signal)).to.equal(undefined);
    expect(await access.delete(at, signal)).to.equal('gone');
  });

  it('refuses to overwrite what another has changed', async () => {
    const at = { resource: CONFIG_MAPS, namespace, name: 'b' };
    const created = await access.create(at, configMap('b'), signal);
    await access.replace(at, { ...created, data: { k: '1' } }, signal);
    const stale = { ...created, data: { k: '2' } };
    expect(isConflict(await failure(access.replace(at, stale, signal)))).to.equal(true);
    const { resourceVersion } = created.metadata;
    const body = { metadata: { resourceVersion }, data: { k: '2' } };
    const patched = access.patch(at, { type: 'merge', body, fieldManager: 'm' }, signal);
    expect(isConflict(await failure(patched))).to.equal(true);
    expect(await failure(access.create(at, configMap('b'), signal))).to.include({
      reason: 'AlreadyExists',
    });
  });

  it('does not delete a later object of the same name', async () => {
    const at = { resource: CONFIG_MAPS, namespace, name: 'c' };
    await access.create(at, configMap('c'), signal);
    const error = await failure(access.delete({ ...at, uid: 'of-an-earlier-one' }, signal));
    expect(isConflict(error)).to.equal(true);
  });

  it('applies fields as their manager, and takes them from another only by force', async () => {
    const at = { resource: CONFIG_MAPS, namespace, name: 'd' };
    const first = configMap('d', { k: '1', l: '1' });
    await access.patch(at, { type: 'apply', body: first, fieldManager: 'first' }, signal);
    const second = configMap('d', { k: '2' });
    const apply = { type: 'apply', body: second, fieldManager: 'second' } as const;
    expect(isConflict(await failure(access.patch(at, apply, signal)))).to.equal(true);
    const forced = await access.patch(at, { ...apply, force: true }, signal);
    expect(forced).to.have.deep.property('data', { k: '2', l: '1' });
    const less = configMap('d');
    const left = await access.patch(
      at,
      { type: 'apply', body: less, fieldManager: 'first', force: true },
      signal,
    );
    expect(left).to.have.deep.property('data', { k: '2' });
  });

  it('writes status apart from the rest, and meets a conflict there', async () => {
    const name = 'deployment';
    await kubectl(plane, 'create', 'deployment', name, '--image=x', '-n', namespace);
    const at = { resource: DEPLOYMENTS, namespace, name };
    const read = await access.get(at, signal);
    const resourceVersion = read?.metadata.resourceVersion;
    const body = {
      metadata: { resourceVersion },
      spec: { paused: true },
      status: { replicas: 7 },
    };
    const status = { ...at, subresource: 'status' } as const;
    const patch = { type: 'merge', body, fieldManager: 'm' } as const;
    const written = await access.patch(status, patch, signal);
    expect(written).to.have.nested.property('status.replicas', 7);
    expect(written).not.to.have.nested.property('spec.paused');
    expect(isConflict(await failure(access.patch(status, patch, signal)))).to.equal(true);
  });

  it('lists in pages of one version', async () => {
    const labels = { set: 'pages' };
    for (const name of ['p1', 'p2', 'p3']) {
      const object = { ...configMap(name), metadata: { namespace, name, labels } };
      await access.create({ resource: CONFIG_MAPS, namespace }, object, signal);
    }
    const selection = { resource: CONFIG_MAPS, namespace, labelSelector: 'set=pages', limit: 2 };
    const first = await access.list(selection, signal);
    const second = await access.list({ ...selection, next: first.next }, signal);
    const names = [...first.items, ...second.items].map(({ metadata }) => metadata.name);
    expect(names).to.deep.equal(['p1', 'p2', 'p3']);
    expect(second.next).to.equal(undefined);
    expect(second.resourceVersion).to.equal(first.resourceVersion);
  });

  it('tells a resource that is not installed from an object that is not there', async () => {
    for (const group of ['not-installed.example.com', 'apps']) {
      const resource = { group, version: 'v1', plural: 'widgets' };
      const error = await failure(access.get({ resource, namespace, name: 'a' }, signal));
      expect(error).to.include({ reason: 'UnknownResource', statusCode: 404 });
    }
  });

  it('says which right is missing, and that a token is not known', async () => {
    const file = await serviceAccountWith(plane, namespace, 'nobody');
    const nobody = openAccess(file);
    const error = await failure(nobody.list({ resource: CONFIG_MAPS, namespace }, signal));
    expect(error).to.include({ statusCode: 403, reason: 'Forbidden', transient: false });
    expect(error.message).to.contain('cannot list resource "configmaps"');
    await nobody.close();
    await kubectl(plane, 'delete', 'serviceaccount', 'nobody', '-n', namespace);
    const unknown = openAccess(file);
    const refused = await failure(unknown.list({ resource: CONFIG_MAPS, namespace }, signal));
    expect(refused.statusCode).to.be.oneOf([401, 403]);
    await unknown.close();
  });
});
