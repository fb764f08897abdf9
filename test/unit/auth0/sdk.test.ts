import { expect } from 'chai';
import { requestOf } from '../../../src/auth0/sdk.ts';
import { settle } from './manual-clock.ts';

describe('auth0: the request of a call of the SDK', () => {
  it('is complete but for the authorization, and is not sent', async () => {
    const request = await requestOf('d:8443', (sdk) =>
      sdk.organizations.create({ name: 'ü', metadata: { a: '1' } }),
    );
    expect(request).to.deep.equal({
      url: 'https://d:8443/api/v2/organizations',
      method: 'POST',
      headers: { accept: '*/*', 'content-type': 'application/json' },
      body: '{"name":"ü","metadata":{"a":"1"}}',
    });
  });

  it('is a call’s own when many are made at once', async () => {
    const ids = Array.from({ length: 50 }, (_, i) => `org_${i}`);
    const made = await Promise.all(
      ids.map((id) => requestOf('d', (sdk) => sdk.organizations.delete(id))),
    );
    expect(made.map(({ url }) => url)).to.deep.equal(
      ids.map((id) => `https://d/api/v2/organizations/${id}`),
    );
  });

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout');
    // Mocha's own timer begins with the first wait.
    await settle();
    const before = timers().length;
    await requestOf('d', (sdk) => sdk.organizations.get('org_1'));
    await settle();
    expect(timers()).to.have.length(before);
  });

  it('that is none is an error', async () => {
    const outcomes = await Promise.allSettled([
      requestOf('d', () => Promise.resolve()),
      requestOf('d', () => Promise.reject(new Error('broken'))),
    ]);
    expect(outcomes.map((each) => each.status === 'rejected' && each.reason.message)).to.deep.equal(
      ['the SDK made no request', 'broken'],
    );
  });
});
