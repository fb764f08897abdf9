import { expect } from 'chai';
import fc from 'fast-check';
import { createObjectStore } from '../../../src/kubernetes/object-store.ts';
import type { ApiObject } from '../../../src/kubernetes/resource.ts';
import { createRecordedLog } from './recorded-log.ts';

function object(name: string, resourceVersion: string, more: object = {}): ApiObject {
  return { metadata: { name, namespace: 'n', uid: `uid-${name}`, resourceVersion, ...more } };
}

function label({ metadata }: ApiObject): string {
  return `${metadata.name}@${metadata.resourceVersion}`;
}

function openStore(parse: (object: ApiObject) => string = label) {
  const events: string[] = [];
  const log = createRecordedLog();
  const store = createObjectStore<string>({
    parse,
    onEvent: (event, object, old) => events.push(`${event} ${object} ${old ?? '-'}`),
    log,
  });
  return { store, events, log };
}

describe('createObjectStore', () => {
  it('tells of additions, changes and deletions with the old object', () => {
    const { store, events } = openStore();
    store.set(object('a', '1'));
    store.set(object('a', '2'));
    store.delete(object('a', '3'));
    store.delete(object('a', '3'));
    expect(events).to.deep.equal(['added a@1 -', 'modified a@2 a@1', 'deleted a@2 a@2']);
    expect(store.list()).to.deep.equal([]);
  });

  it('says nothing of a version that is known', () => {
    const { store, events } = openStore();
    store.replaceAll([object('a', '1'), object('b', '1')]);
    events.length = 0;
    store.replaceAll([object('b', '1'), object('a', '1')]);
    store.set(object('a', '1'));
    expect(events).to.deep.equal([]);
  });

  it('finds what was deleted meanwhile', () => {
    const { store, events } = openStore();
    store.replaceAll([object('a', '1'), object('b', '1')]);
    events.length = 0;
    store.replaceAll([object('b', '2'), object('c', '1')]);
    expect(events).to.deep.equal(['deleted a@1 a@1', 'modified b@2 b@1', 'added c@1 -']);
    expect(store.get('n/b')).to.equal('b@2');
  });

  it('tells a new object of an old name from a change', () => {
    const { store, events } = openStore();
    store.set(object('a', '1'));
    store.set(object('a', '2', { uid: 'another' }));
    expect(events).to.deep.equal(['added a@1 -', 'deleted a@1 a@1', 'added a@2 -']);
  });

  it('keeps objects of the same name in two namespaces apart', () => {
    const { store } = openStore();
    store.set(object('a', '1'));
    store.set(object('a', '2', { namespace: 'm', uid: 'another' }));
    expect([store.get('n/a'), store.get('m/a')]).to.deep.equal(['a@1', 'a@2']);
  });

  it('survives a handler that throws', () => {
    const log = createRecordedLog();
    const store = createObjectStore<string>({
      parse: label,
      onEvent() {
        throw new Error('handler');
      },
      log,
    });
    store.set(object('a', '1'));
    store.set(object('b', '1'));
    expect(store.list()).to.deep.equal(['a@1', 'b@1']);
    expect(log.lines.map(({ level }) => level)).to.deep.equal(['error', 'error']);
  });

  it('leaves what it has when an object cannot be parsed', () => {
    const { store, events, log } = openStore((object) => {
      if (object.metadata.resourceVersion === '2') throw new Error('unreadable');
      return label(object);
    });
    store.replaceAll([object('a', '1')]);
    store.replaceAll([object('a', '2'), object('b', '1')]);
    expect(store.list()).to.deep.equal(['a@1', 'b@1']);
    expect(events).to.deep.equal(['added a@1 -', 'added b@1 -']);
    expect(log.lines[0]?.fields).to.include({ key: 'n/a' });
  });

  it('drops managed fields and the copy of the object that kubectl apply leaves', () => {
    let seen: ApiObject | undefined;
    const store = createObjectStore({
      parse: (object) => (seen = object),
      onEvent() {},
      log: createRecordedLog(),
    });
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"c2VjcmV0"}}',
      mine: 'kept',
    };
    store.set({ ...object('a', '1', { managedFields: [{}], annotations }), kind: 'Secret' });
    expect(JSON.stringify(seen)).not.to.contain('c2VjcmV0');
    expect(seen?.metadata).not.to.have.property('managedFields');
    expect(seen?.metadata).to.have.deep.property('annotations', { mine: 'kept' });
    expect(seen).to.include({ kind: 'Secret' });
  });

  it('tells exactly what leads from one state to the next', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const world = fc.uniqueArray(fc.record({ name, version: fc.nat(3) }), {
      selector: (object) => object.name,
    });
    fc.assert(
      fc.property(fc.array(world), (worlds) => {
        const mirror = new Map<string, string>();
        const store = createObjectStore<{ name: string; version: string }>({
          parse: ({ metadata }) => ({ name: metadata.name, version: metadata.resourceVersion }),
          onEvent(event, { name, version }, old) {
            expect(mirror.get(name)).to.equal(old?.version);
            expect(event === 'added').to.equal(old === undefined);
            if (event === 'modified') expect(version).not.to.equal(old?.version);
            if (event === 'deleted') mirror.delete(name);
            else mirror.set(name, version);
          },
          log: createRecordedLog(),
        });
        for (const objects of worlds) {
          store.replaceAll(objects.map(({ name, version }) => object(name, String(version))));
          const expected = objects.map(({ name, version }) => [name, String(version)]);
          expect([...mirror]).to.have.deep.members(expected);
        }
      }),
      { seed: 2 },
    );
  });
});
