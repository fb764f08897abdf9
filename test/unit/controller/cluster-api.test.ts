import { expect } from 'chai';
import { openObjectApi } from '../../../src/controller/cluster-api.ts';
import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import type { ApiObject } from '../../../src/kubernetes/resource.ts';
import { rejection } from '../sync/rejection.ts';
import { watched } from './objects.ts';

const NEVER = new AbortController().signal;
const CONFLICT = new KubernetesError('Conflict', 'cannot be fulfilled', { statusCode: 409 });

describe('a status that the API server answers with 409', () => {
  function write(found: ApiObject | undefined): Promise<void> {
    const access: Pick<ApiAccess, 'get' | 'patch'> = {
      get: () => Promise.resolve(found),
      patch: () => Promise.reject(CONFLICT),
    };
    const events = { record: () => Promise.resolve() };
    const api = openObjectApi(access as ApiAccess, events);
    return api.writeStatus(watched(), {}, NEVER);
  }

  function named(uid: string): ApiObject {
    const { name, namespace } = watched().metadata;
    return { metadata: { name, namespace, uid, resourceVersion: '9' } };
  }

  it('was not written when the object is still there', async () => {
    expect(await rejection(write(named('uid-1')))).to.equal(CONFLICT);
  });

  it('has no object any more when another one has its name, or none', async () => {
    await write(named('uid-2'));
    await write(undefined);
  });
});
