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

describe('a finalizer that the API server answers with 409', () => {
  /** How often it is tried where the first `conflicts` answers are 409, and whether it is set then. */
  async function set(conflicts: number) {
    let tried = 0;
    const access: Pick<ApiAccess, 'get' | 'patch'> = {
      get: () => Promise.resolve({ ...watched() }),
      patch: (_at, { body }) => {
        tried += 1;
        return tried <= conflicts ? Promise.reject(CONFLICT) : Promise.resolve(body as ApiObject);
      },
    };
    const events = { record: () => Promise.resolve() };
    const api = openObjectApi(access as unknown as ApiAccess, events);
    const error = await rejection(api.setFinalizer(watched(), true, NEVER)).catch(() => undefined);
    return { tried, error };
  }

  it('is set on the object as it has become', async () => {
    expect(await set(1)).to.deep.equal({ tried: 2, error: undefined });
    expect(await set(4)).to.deep.equal({ tried: 5, error: undefined });
  });

  it('is left to the work queue, which waits, when that goes on', async () => {
    expect(await set(Infinity)).to.deep.equal({ tried: 5, error: CONFLICT });
  });
});
