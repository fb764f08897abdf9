import { expect } from 'chai';
import type { InstitutionSync } from '../../../src/api/institution-sync.ts';
import { olderRival } from '../../../src/controller/tenant-conflict.ts';
import { watched } from './objects.ts';

function object(uid: string, created: string, domain = 'acme.eu.auth0.com'): InstitutionSync {
  const metadata = { uid, name: uid, creationTimestamp: created };
  const auth0 = { domain, credentialsSecretRef: { name: 's' } };
  return watched({ metadata, spec: { auth0 } }) as InstitutionSync;
}

describe('olderRival', () => {
  const a = object('a', '2026-01-01T00:00:00Z');
  const b = object('b', '2026-01-02T00:00:00Z');
  const c = object('c', '2026-01-02T00:00:00Z');
  const other = object('d', '2025-01-01T00:00:00Z', 'other.eu.auth0.com');

  it('the oldest has none', () => {
    expect(olderRival(a, [c, b, a, other])).to.equal(undefined);
  });

  it('the younger ones see the oldest', () => {
    expect(olderRival(b, [c, b, a, other])).to.equal(a);
    expect(olderRival(c, [b, a, c])).to.equal(a);
  });

  it('of the same second exactly one works', () => {
    expect(olderRival(b, [b, c])).to.equal(undefined);
    expect(olderRival(c, [b, c])).to.equal(b);
  });

  it('spelling of the domain does not matter', () => {
    const younger = '2026-02-02T00:00:00Z';
    for (const domain of ['ACME.eu.Auth0.com', 'acme.eu.auth0.com:443', 'Acme.EU.auth0.com:443']) {
      expect(olderRival(object('e', younger, domain), [a])).to.equal(a);
    }
    expect(olderRival(object('e', younger, 'acme.eu.auth0.com:8443'), [a])).to.equal(undefined);
  });
});
