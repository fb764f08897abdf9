import { expect } from 'chai';
import { watchSecrets, type SecretWatches } from '../../../src/controller/secret-watches.ts';
import type { ApiAccess, Selection } from '../../../src/kubernetes/api-access.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { createManualClock } from '../kubernetes/manual-clock.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';

/** As many as are watched together. */
const MANY = 20;

/** Secrets of one namespace behind the API; `open` are the watches that are open, by what they select. */
function fakeCluster() {
  const versions = new Map<string, number>();
  const open = new Map<object, { readonly name: string | undefined; push(name: string): void }>();
  let forbidden = false;
  let gate = Promise.resolve();

  function nameOf({ fieldSelector }: Selection): string | undefined {
    return fieldSelector?.replace('metadata.name=', '');
  }

  function objectOf(name: string) {
    const resourceVersion = String(versions.get(name) ?? 0);
    return { metadata: { name, namespace: 'n', uid: name, resourceVersion } };
  }

  const access = {
    server: 'https://api',
    async list(selection: Selection) {
      const name = nameOf(selection);
      if (name === undefined) {
        if (forbidden) {
          throw new KubernetesError('Forbidden', 'forbidden', { statusCode: 403 });
        }
      }
      await gate;
      const items = [...versions.keys()].filter((each) => name === undefined || each === name);
      return { items: items.map(objectOf), resourceVersion: '1', next: undefined };
    },
    async watch(selection: Selection, signal: AbortSignal) {
      const key = {};
      const waiting: Uint8Array[] = [];
      let wake = () => {};
      const push = (name: string) => {
        const event = { type: 'MODIFIED', object: objectOf(name) };
        waiting.push(Buffer.from(`${JSON.stringify(event)}\n`));
        wake();
      };
      open.set(key, { name: nameOf(selection), push });
      async function* events() {
        try {
          for (;;) {
            yield* waiting.splice(0);
            await new Promise<void>((resolve, reject) => {
              wake = resolve;
              signal.addEventListener('abort', () => reject(signal.reason as Error), {
                once: true,
              });
              signal.throwIfAborted();
            });
          }
        } finally {
          open.delete(key);
        }
      }
      return events();
    },
  };

  return {
    access: access as unknown as ApiAccess,
    openNames: () => [...open.values()].map(({ name }) => name),
    forbid: () => (forbidden = true),
    /** Listings wait until the function it gives is called. */
    hold() {
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      return held.resolve;
    },
    change(name: string) {
      versions.set(name, (versions.get(name) ?? 0) + 1);
      for (const watch of open.values()) {
        if (watch.name === undefined || watch.name === name) watch.push(name);
      }
    },
  };
}

describe('watching Secrets', () => {
  let cluster: ReturnType<typeof fakeCluster>;
  let clock: ReturnType<typeof createManualClock>;
  let changed: string[];
  let watches: SecretWatches;
  let end: AbortController;

  beforeEach(() => {
    cluster = fakeCluster();
    clock = createManualClock();
    changed = [];
    end = new AbortController();
    watches = watchSecrets(
      {
        access: cluster.access,
        onChange: (keys) => changed.push(...keys),
        clock,
        random: () => 0.5,
        log: createRecordedLog(),
      },
      end.signal,
    );
  });
  afterEach(() => end.abort());

  function refer(from: number, to: number): void {
    for (let n = from; n < to; n += 1) {
      cluster.change(`s${n}`);
      watches.refer(`n/o${n}`, { namespace: 'n', name: `s${n}` });
    }
  }

  /** Lets everything happen that can without time passing. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  it('asks for each of a few by its name, and for no other', async () => {
    refer(0, MANY - 1);
    await settle();
    const names = Array.from({ length: MANY - 1 }, (_, n) => `s${n}`);
    expect(cluster.openNames()).to.have.members(names);
    cluster.change('s3');
    await settle();
    expect(changed).to.deep.equal(['n/o3']);
  });

  it('watches many in one namespace together', async () => {
    refer(0, 500);
    await settle();
    expect(cluster.openNames()).to.deep.equal([undefined]);
    cluster.change('s3');
    cluster.change('nobodys');
    cluster.change('s499');
    await settle();
    expect(changed).to.deep.equal(['n/o3', 'n/o499']);
  });

  it('tells what changes while the one watch takes the place of the many', async () => {
    refer(0, MANY - 1);
    await settle();
    const release = cluster.hold();
    refer(MANY - 1, MANY);
    await settle();
    cluster.change('s3');
    await settle();
    release();
    await settle();
    expect(cluster.openNames()).to.deep.equal([undefined]);
    expect(new Set(changed)).to.deep.equal(new Set(['n/o3']));
  });

  it('goes on one by one where the namespace may not be watched', async () => {
    cluster.forbid();
    refer(0, MANY + 5);
    await settle();
    expect(cluster.openNames()).to.have.length(MANY - 1);
    clock.advance(5_000);
    await settle();
    expect(cluster.openNames())
      .to.have.length(MANY + 5)
      .and.not.include(undefined);
    refer(MANY + 5, MANY + 6);
    await settle();
    cluster.change(`s${MANY + 5}`);
    await settle();
    expect(changed).to.deep.equal([`n/o${MANY + 5}`]);
  });

  for (const many of [1, MANY]) {
    it(`tells what changes after a sync has read it and before ${many} are listed first`, async () => {
      const release = cluster.hold();
      refer(0, many);
      watches.refer('n/new', { namespace: 'n', name: 'new' });
      watches.refer('n/same', { namespace: 'n', name: 'same' });
      watches.noteRead('n', 's0', '1');
      watches.noteRead('n', 'new', undefined);
      watches.noteRead('n', 'same', undefined);
      for (let n = 1; n < many; n += 1) watches.noteRead('n', `s${n}`, '1');
      cluster.change('s0');
      cluster.change('new');
      release();
      await settle();
      expect(changed).to.have.members(['n/o0', 'n/new']);
    });
  }

  it('ends the watch that nobody needs any longer', async () => {
    refer(0, MANY);
    await settle();
    for (let n = 0; n < MANY; n += 1) watches.refer(`n/o${n}`, undefined);
    await settle();
    expect(cluster.openNames()).to.deep.equal([]);
    refer(0, 1);
    await settle();
    expect(cluster.openNames()).to.deep.equal(['s0']);
  });

  it('tells all objects that refer to a Secret, and follows a change of the reference', async () => {
    refer(0, 1);
    watches.refer('n/other', { namespace: 'n', name: 's0' });
    await settle();
    cluster.change('s0');
    await settle();
    expect(changed).to.deep.equal(['n/o0', 'n/other']);
    watches.refer('n/o0', { namespace: 'n', name: 's1' });
    await settle();
    expect(cluster.openNames()).to.have.members(['s0', 's1']);
  });
});
