import { expect } from 'chai';
import { APPROVE_ANNOTATION, REQUESTED_AT_ANNOTATION } from '../../../src/api/names.ts';
import { newEntry, type Entry } from '../../../src/controller/entry.ts';
import { Superseded, trackObjects } from '../../../src/controller/objects.ts';
import type { TenantClaim } from '../../../src/controller/tenant-conflict.ts';
import type { WatchedObject } from '../../../src/controller/watched-object.ts';
import { watched } from './objects.ts';

/** An object called as its uid, made on this day of January. */
function object(
  uid: string,
  day: number,
  { domain = 'acme.eu.auth0.com', metadata = {}, spec = {} } = {},
): WatchedObject {
  const creationTimestamp = `2026-01-0${day}T00:00:00Z`;
  const auth0 = { domain, credentialsSecretRef: { name: `secret-of-${uid}` } };
  return watched({
    metadata: { uid, name: uid, creationTimestamp, ...metadata },
    spec: { auth0, ...spec },
  });
}

function claimOf({ metadata, spec }: WatchedObject): TenantClaim {
  return { metadata, spec: { auth0: { domain: spec?.auth0.domain ?? '' } } };
}

const UNREADABLE = { nap: 'a fortnight' };

/** The objects of a controller that has seen these; `told` lists what it was told since. */
function open(...seen: readonly WatchedObject[]) {
  const told: string[] = [];
  const all = new Set<WatchedObject>();
  const objects = trackObjects({
    enqueue: (key) => told.push(`look at ${key}`),
    enqueueNew: ({ metadata }) => told.push(`look at new ${metadata.name}`),
    secrets: {
      refer: (key, secret) =>
        told.push(`${key} refers to ${secret ? `${secret.namespace}/${secret.name}` : 'nothing'}`),
    },
    others: () => all,
    onTracked: ({ metadata }) => told.push(`track ${metadata.uid}`),
    onForgotten: ({ metadata }) => told.push(`forget ${metadata.uid}`),
  });

  /** Tells of the object; gives what came of it. */
  function tell(
    event: 'added' | 'modified' | 'deleted',
    now: WatchedObject,
    old?: WatchedObject,
  ): readonly string[] {
    if (old !== undefined) all.delete(old);
    if (event === 'deleted') all.delete(now);
    else all.add(now);
    told.length = 0;
    objects.onEvent(event, now, old);
    return [...told];
  }

  for (const one of seen) tell('added', one);
  told.length = 0;
  return { objects, tell, told };
}

/** Begins a sync of an object's generation; the signal says whether and why it was stopped. */
function begin(entry: Entry, generation = 2): AbortSignal {
  const abort = new AbortController();
  entry.run = { id: 'sync-1', generation, abort };
  return abort.signal;
}

describe('trackObjects', () => {
  it('looks at an object that it sees for the first time, and watches its Secret', () => {
    expect(open().tell('added', object('a', 1))).to.deep.equal([
      'track a',
      'identity/a refers to identity/secret-of-a',
      'look at new a',
    ]);
  });

  it('looks at one that cannot be read, to say so', () => {
    expect(open(object('b', 2)).tell('added', object('a', 1, { spec: UNREADABLE }))).to.deep.equal([
      'track a',
      'identity/a refers to nothing',
      'look at new a',
    ]);
  });

  it('keeps one entry for an object', () => {
    const a = object('a', 1);
    const { objects, told } = open(a);
    expect(objects.entryOf(a)).to.equal(objects.entryOf(object('a', 1)));
    expect(objects.entryOf(a)).to.deep.equal(newEntry(a));
    expect(told).to.deep.equal([]);
  });

  it('does not take an object for another one that had its name', () => {
    const before = object('a', 1);
    const { objects, told } = open(before);
    const entry = objects.entryOf(before);
    const stopped = begin(entry);
    const after = object('a', 1, { metadata: { uid: 'a2' } });
    expect(objects.entryOf(after)).to.not.equal(entry);
    expect(entry.gone).to.equal(true);
    expect(stopped.reason).to.be.instanceOf(Superseded).with.property('name', 'Superseded');
    expect(stopped.reason).to.have.property('message', 'The object was deleted');
    expect(told).to.deep.equal(['forget a2', 'track a2']);
  });

  describe('on a change', () => {
    const a = object('a', 1, { metadata: { finalizers: ['x'] } });
    const spared: readonly (readonly [string, WatchedObject])[] = [
      ['the status', { ...a, status: { observedGeneration: 2 } }],
      ['the version', { ...a, metadata: { ...a.metadata, resourceVersion: '8' } }],
    ];
    for (const [what, now] of spared) {
      it(`of ${what} alone does nothing`, () => {
        expect(open(a).tell('modified', now, a)).to.deep.equal([]);
      });
    }

    const changed: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
      ['the spec', { generation: 3 }],
      ['a deletion', { deletionTimestamp: '2026-01-09T00:00:00Z' }],
      ['a finalizer', { finalizers: ['x', 'y'] }],
      ['a request', { annotations: { [REQUESTED_AT_ANNOTATION]: '1' } }],
      ['an approval', { annotations: { [APPROVE_ANNOTATION]: '1' } }],
    ];
    for (const [what, metadata] of changed) {
      it(`of ${what} looks at the object`, () => {
        const now = object('a', 1, { metadata: { finalizers: ['x'], ...metadata } });
        expect(open(a).tell('modified', now, a)).to.deep.equal([
          'identity/a refers to identity/secret-of-a',
          'look at identity/a',
        ]);
      });
    }

    it('of the uid takes it for a new object', () => {
      const now = object('a', 1, { metadata: { finalizers: ['x'], uid: 'a2' } });
      expect(open(a).tell('modified', now, a))
        .to.include('track a2')
        .and.include('forget a2');
    });

    it('of the spec stops the sync that was begun for the old one', () => {
      const { objects, tell } = open(a);
      const stopped = begin(objects.entryOf(a));
      tell('modified', object('a', 1, { metadata: { generation: 3 } }), a);
      expect(stopped.reason).to.be.instanceOf(Superseded);
      expect(stopped.reason).to.have.property('message', 'The object was changed');
    });

    it('of anything else lets the sync go on', () => {
      const { objects, tell } = open(a);
      const stopped = begin(objects.entryOf(a));
      const annotations = { [APPROVE_ANNOTATION]: '1' };
      tell('modified', object('a', 1, { metadata: { annotations } }), a);
      expect(stopped.aborted).to.equal(false);
    });
  });

  describe('at the end of an object', () => {
    const a = object('a', 1);

    it('stops its sync, and forgets it with its Secret', () => {
      const { objects, tell } = open(a);
      const entry = objects.entryOf(a);
      const stopped = begin(entry);
      expect(tell('deleted', a)).to.deep.equal(['forget a', 'identity/a refers to nothing']);
      expect(entry.gone).to.equal(true);
      expect(stopped.reason).to.have.property('message', 'The object was deleted');
      expect(objects.entryOf(a)).to.not.equal(entry);
    });

    it('wakes those that wait for its tenant, however they spell it, and no others', () => {
      const b = object('b', 2, { domain: 'ACME.eu.auth0.com:443' });
      const other = object('c', 3, { domain: 'other.eu.auth0.com' });
      const unreadable = object('d', 4, { spec: UNREADABLE });
      const { objects, tell } = open(a, b, other, unreadable);
      expect(tell('deleted', a)).to.include('look at identity/b').and.have.length(3);
      expect(objects.entryOf(b).wake).to.equal(true);
      expect(objects.entryOf(other).wake).to.equal(false);
    });

    it('wakes nobody when it worked on no tenant', () => {
      const unreadable = object('d', 4, { spec: UNREADABLE });
      const { tell } = open(a, unreadable);
      expect(tell('deleted', unreadable)).to.deep.equal([
        'forget d',
        'identity/d refers to nothing',
      ]);
    });

    it('means nothing for one that was never seen, or has been replaced', () => {
      const { objects, tell } = open(a);
      expect(tell('deleted', object('b', 2))).to.deep.equal([]);
      const stopped = begin(objects.entryOf(a));
      expect(tell('deleted', object('a', 1, { metadata: { uid: 'older' } }))).to.deep.equal([]);
      expect(stopped.aborted).to.equal(false);
    });
  });

  describe('when an object comes', () => {
    const older = object('a', 1);
    const younger = object('b', 2);

    it('stops the sync of a younger one of the same tenant', () => {
      const { objects, tell } = open(younger, object('d', 4, { spec: UNREADABLE }));
      const stopped = begin(objects.entryOf(younger));
      tell('added', older);
      expect(stopped.reason).to.be.instanceOf(Superseded);
      expect(stopped.reason).to.have.property(
        'message',
        'An older object works on the same tenant',
      );
    });

    for (const [what, first, second] of [
      ['an older one', older, younger],
      ['one of another tenant', object('b', 2, { domain: 'other.eu.auth0.com' }), older],
      ['any, when it cannot be read', younger, object('a', 1, { spec: UNREADABLE })],
    ] as const) {
      it(`does not stop the sync of ${what}`, () => {
        const { objects, tell } = open(first);
        const stopped = begin(objects.entryOf(first));
        tell('added', second);
        expect(stopped.aborted).to.equal(false);
      });
    }

    it('stops nothing when it has come before', () => {
      const { objects, tell } = open(younger, older);
      const stopped = begin(objects.entryOf(younger));
      tell('modified', object('a', 1, { metadata: { generation: 3 } }), older);
      expect(stopped.aborted).to.equal(false);
    });
  });

  describe('for an object of another shard', () => {
    const mine = object('b', 2);

    it('stops the sync of a younger one when it comes', () => {
      const { objects } = open(mine);
      const stopped = begin(objects.entryOf(mine));
      objects.onClaim('modified', claimOf(object('a', 1)));
      objects.onClaim('added', undefined);
      objects.onClaim('added', claimOf(object('c', 3)));
      expect(stopped.aborted).to.equal(false);
      objects.onClaim('added', claimOf(object('a', 1)));
      expect(stopped.aborted).to.equal(true);
    });

    it('wakes those that wait for its tenant when it goes', () => {
      const { objects, told } = open(mine);
      objects.onClaim('added', claimOf(object('a', 1)));
      objects.onClaim('modified', claimOf(object('a', 1)));
      objects.onClaim('deleted', undefined);
      expect(told).to.deep.equal([]);
      objects.onClaim('deleted', claimOf(object('a', 1)));
      expect(told).to.deep.equal(['look at identity/b']);
    });
  });

  it('wakes the objects of a Secret, but none that are gone', () => {
    const a = object('a', 1);
    const { objects, told } = open(a);
    objects.wake(['identity/gone', 'identity/a']);
    expect(objects.entryOf(a).wake).to.equal(true);
    expect(told).to.deep.equal(['look at identity/a']);
  });
});
