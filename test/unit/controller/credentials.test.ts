import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { readCredentials } from '../../../src/controller/credentials.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';

const { signal } = new AbortController();

/** Reads Secret `auth0` of namespace `identity`; its keys, its absence or an error. */
function read(found: Readonly<Record<string, string>> | undefined | Error) {
  const readSecret = () =>
    found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  return readCredentials({ readSecret }, 'identity', 'auth0', signal);
}

async function faultOf(found: Parameters<typeof read>[0]): Promise<Fault> {
  const error: unknown = await read(found).catch((each: unknown) => each);
  if (error instanceof Fault) return error;
  throw new Error(`not a fault: ${String(error)}`);
}

describe('readCredentials', () => {
  it('gives the credentials, and a version that changes with nothing else', async () => {
    const keys = { AUTH0_CLIENT_ID: 'a', AUTH0_CLIENT_SECRET: 'b' };
    const { credentials, version } = await read(keys);
    expect(credentials).to.deep.equal({ kind: 'secret', clientId: 'a', clientSecret: 'b' });
    expect((await read({ ...keys, other: 'c' })).version).to.equal(version);
    expect((await read({ ...keys, AUTH0_CLIENT_SECRET: 'c' })).version).not.to.equal(version);
  });

  it('says which Secret is missing', async () => {
    const fault = await faultOf(undefined);
    expect(fault.reason).to.equal('SecretNotFound');
    expect(fault.message).to.match(
      /^There is no Secret "auth0" in namespace "identity"\. Create it/,
    );
  });

  it('says which Secret is not usable, and why', async () => {
    const fault = await faultOf({ AUTH0_CLIENT_ID: 'a' });
    expect(fault.reason).to.equal('SecretInvalid');
    expect(fault.message).to.match(
      /^Secret "auth0" is not usable: AUTH0_CLIENT_ID is given without/,
    );
  });

  it('says that it may not be read', async () => {
    const forbidden = new KubernetesError('Forbidden', 'secrets is forbidden', { statusCode: 403 });
    const fault = await faultOf(forbidden);
    expect(fault.reason).to.equal('SecretNotFound');
    expect(fault.message).to.match(
      /^The controller may not read Secret "auth0" .*get, list and watch/,
    );
  });

  it('leaves other failures of the API server to be retried', async () => {
    const away = new KubernetesError('Timeout', 'no answer', { transient: true });
    const error: unknown = await read(away).catch((each: unknown) => each);
    expect(error).to.equal(away);
  });
});
