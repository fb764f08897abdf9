import { expect } from 'chai';
import { objectKey, resourcePath } from '../../../src/kubernetes/resource.ts';

const SECRETS = { group: '', version: 'v1', plural: 'secrets' };
const LEASES = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };

describe('resourcePath', () => {
  const table = [
    [{ resource: SECRETS }, '/api/v1/secrets'],
    [{ resource: SECRETS, namespace: 'a' }, '/api/v1/namespaces/a/secrets'],
    [{ resource: SECRETS, namespace: 'a', name: 'b' }, '/api/v1/namespaces/a/secrets/b'],
    [{ resource: LEASES }, '/apis/coordination.k8s.io/v1/leases'],
    [
      { resource: LEASES, namespace: 'a', name: 'b', subresource: 'status' as const },
      '/apis/coordination.k8s.io/v1/namespaces/a/leases/b/status',
    ],
    [
      { resource: SECRETS, namespace: 'a', name: 'b/c?d' },
      '/api/v1/namespaces/a/secrets/b%2Fc%3Fd',
    ],
  ] as const;
  for (const [at, path] of table) {
    it(`is ${path}`, () => {
      expect(resourcePath(at)).to.equal(path);
    });
  }

  for (const name of ['', '.', '..']) {
    it(`refuses the name ${JSON.stringify(name)}, which would be another path`, () => {
      expect(() => resourcePath({ resource: SECRETS, namespace: 'a', name })).to.throw(
        'Not a name in the Kubernetes API',
      );
    });
  }
});

describe('objectKey', () => {
  it('has the namespace where there is one', () => {
    expect(objectKey({ namespace: 'a', name: 'b' })).to.equal('a/b');
    expect(objectKey({ name: 'b' })).to.equal('b');
  });
});
