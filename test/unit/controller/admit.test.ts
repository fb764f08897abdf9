import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { admit } from '../../../src/controller/admit.ts';
import { newEntry } from '../../../src/controller/entry.ts';
import { rejection } from '../sync/rejection.ts';
import { watched } from './objects.ts';
import { openWorld } from './reconcile-world.ts';

const NEVER = new AbortController().signal;

describe('admit', () => {
  const object = watched();

  it('opens a session with the credentials of the object’s own namespace', async () => {
    const world = openWorld();
    const entry = newEntry(object);
    const { spec, session } = await admit(object, entry, world.context, NEVER);
    expect(spec).to.equal(object.spec);
    expect(session).to.equal(entry.session);
    expect(session.actor.tenant).to.equal('acme.eu.auth0.com');
    expect(world.calls).to.deep.equal(['secret identity/auth0-credentials']);
  });

  it('keeps the session that it has, and says nothing of a Secret that is the same', async () => {
    const world = openWorld();
    const entry = await world.entryOf(object);
    const { tenant, memory } = entry.session ?? expect.fail('no session');
    const { session } = await admit(object, entry, world.context, NEVER);
    expect(session.tenant).to.equal(tenant);
    expect(session.memory).to.equal(memory);
    expect(world.events).to.deep.equal([]);
  });

  it('tells that credentials were changed', async () => {
    const world = openWorld();
    const entry = await world.entryOf(object);
    const { tenant } = entry.session ?? expect.fail('no session');
    world.secret = { AUTH0_ACCESS_TOKEN: 'another' };
    const { session } = await admit(object, entry, world.context, NEVER);
    expect(session.tenant).to.not.equal(tenant);
    expect(world.events).to.deep.equal([
      {
        type: 'Normal',
        reason: 'CredentialsRotated',
        action: 'Authenticate',
        note: 'The Secret has changed; the new credentials are in use.',
      },
    ]);
  });

  it('says what is wrong with a spec that cannot be read, before anything else', async () => {
    const world = openWorld();
    const unreadable = watched({ spec: { nap: 'a fortnight' } });
    const asked = admit(unreadable, newEntry(unreadable), world.context, NEVER);
    expect(await rejection(asked)).to.equal(unreadable.invalid);
    expect(unreadable.invalid).to.have.property('reason', 'InvalidSpec');
    expect(world.calls).to.deep.equal([]);
  });

  const credentialsSecretRef = { name: 'auth0-credentials' };
  const evil: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['auth0.domain', { auth0: { domain: 'auth0.evil.example', credentialsSecretRef } }],
    [
      'auth0.tokenEndpoint',
      {
        auth0: {
          domain: 'acme.eu.auth0.com',
          tokenEndpoint: 'https://evil.example/token',
          credentialsSecretRef,
        },
      },
    ],
    ['institutions.endpoint', { institutions: { endpoint: 'https://evil.example/list' } }],
  ];
  for (const [field, spec] of evil) {
    it(`does not read the Secret when the host of ${field} is not allowed`, async () => {
      const world = openWorld();
      const bad = watched({ spec });
      const fault = await rejection(admit(bad, newEntry(bad), world.context, NEVER));
      expect(fault).to.be.instanceOf(Fault).with.property('reason', 'InvalidSpec');
      expect(fault).to.have.property('message').that.contains(`spec.${field} (`);
      expect(world.calls).to.deep.equal([]);
    });
  }

  it('does not read the Secret when an older object works on the tenant', async () => {
    const world = openWorld();
    const creationTimestamp = '2025-01-01T00:00:00Z';
    const older = { uid: 'u', namespace: 'theirs', name: 'older', creationTimestamp };
    world.claims = [{ metadata: older, spec: { auth0: { domain: 'ACME.eu.auth0.com' } } }];
    const fault = await rejection(admit(object, newEntry(object), world.context, NEVER));
    expect(fault).to.be.instanceOf(Fault).with.property('reason', 'TenantConflict');
    expect(fault).to.have.property(
      'message',
      'The older InstitutionSync theirs/older works on the same tenant (acme.eu.auth0.com). Delete one of the two.',
    );
    expect(world.calls).to.deep.equal([]);
  });

  it('rejects without credentials, and keeps what it had', async () => {
    const world = openWorld();
    const entry = await world.entryOf(object);
    const before = entry.session;
    world.secret = undefined;
    const fault = await rejection(admit(object, entry, world.context, NEVER));
    expect(fault).to.be.instanceOf(Fault).with.property('reason', 'SecretNotFound');
    expect(entry.session).to.equal(before);
  });
});
