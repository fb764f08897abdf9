import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ApiAccess } from '../../src/kubernetes/api-access.ts';
import { isExpired } from '../../src/kubernetes/kubernetes-error.ts';
import { startReflector, type Reflector } from '../../src/kubernetes/reflector.ts';
import { systemClock } from '../../src/time/clock.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { startTcpProxy, type TcpProxy } from '../control-plane/tcp-proxy.ts';
import { createRecordedLog, type RecordedLog } from '../unit/kubernetes/recorded-log.ts';
import { grant, kubectl, openAccess, serviceAccountWith } from './kubernetes-client.ts';

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps' };
const SECRETS = { group: '', version: 'v1', plural: 'secrets' };
const { signal } = new AbortController();

type Options = Partial<Parameters<typeof startReflector<string>>[0]>;

describe('the reflector, on a real API server', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let admin: ApiAccess;
  let namespace: string;
  let stop: AbortController;
  let log: RecordedLog;
  let events: string[];
  let reflector: Reflector<string>;
  let access: ApiAccess | undefined;

  before(async () => {
    plane = await sharedControlPlane();
    admin = openAccess(plane.kubeconfig);
  });
  after(() => admin.close());
  beforeEach(async () => {
    stop = new AbortController();
    log = createRecordedLog();
    events = [];
    namespace = await plane.createNamespace('reflector');
  });
  afterEach(async () => {
    stop.abort(new Error('stopped'));
    await reflector.done;
    await access?.close();
  });

  function start(as: ApiAccess, options: Options = {}): void {
    access = as;
    reflector = startReflector<string>(
      {
        access: as,
        selection: { resource: CONFIG_MAPS, namespace },
        parse: (object) => `${object.metadata.name}=${JSON.stringify(object['data'] ?? {})}`,
        onEvent: (event, object) => events.push(`${event} ${object}`),
        clock: systemClock,
        random: Math.random,
        log,
        ...options,
      },
      stop.signal,
    );
  }

  async function put(name: string, value: string, as = admin): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name },
      data: { k: value },
    };
    const at = { resource: CONFIG_MAPS, namespace, name };
    await as.patch(at, { type: 'apply', body, fieldManager: 'test', force: true }, signal);
  }

  async function remove(name: string, as = admin): Promise<void> {
    await as.delete({ resource: CONFIG_MAPS, namespace, name }, signal);
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(5);
  }

  it('tells of additions, changes and deletions', async () => {
    await put('before', '0');
    start(openAccess(plane.kubeconfig));
    await reflector.synced;
    expect(events).to.deep.equal(['added before={"k":"0"}']);
    await put('a', '1');
    await put('a', '2');
    await put('a', '2');
    await remove('a');
    await until(() => events.length >= 4);
    expect(events.slice(1)).to.deep.equal([
      'added a={"k":"1"}',
      'modified a={"k":"2"}',
      'deleted a={"k":"2"}',
    ]);
    expect(reflector.get(`${namespace}/before`)).to.equal('before={"k":"0"}');
    expect(log.lines).to.deep.equal([]);
  });

  it('sees that one Secret changes, with a right to that name alone, and not what it holds', async () => {
    const rights = ['--verb=list,watch', '--resource=secrets', '--resource-name=mine'];
    const file = await serviceAccountWith(plane, namespace, 'one-secret', ...rights);
    const seen: string[] = [];
    const fieldSelector = 'metadata.name=mine';
    start(openAccess(file), {
      selection: { resource: SECRETS, namespace, fieldSelector, metadataOnly: true },
      parse(object) {
        seen.push(JSON.stringify(object));
        return object.metadata.name;
      },
    });
    await reflector.synced;
    expect(events).to.deep.equal([]);
    const secret = ['create', 'secret', 'generic', '-n', namespace];
    await kubectl(plane, ...secret, 'another', '--from-literal=k=another-secret');
    await kubectl(plane, ...secret, 'mine', '--from-literal=k=hunter2');
    await until(() => events.length === 1);
    const patch = `{"stringData":{"k":"hunter3"}}`;
    await kubectl(plane, 'patch', 'secret', 'mine', '-n', namespace, '-p', patch);
    await until(() => events.length === 2);
    await kubectl(plane, 'delete', 'secret', 'mine', '-n', namespace);
    await until(() => events.length === 3);
    expect(events).to.deep.equal(['added mine', 'modified mine', 'deleted mine']);
    for (const word of ['hunter2', 'hunter3', 'another']) {
      expect(seen.join()).not.to.contain(word);
      expect(seen.join()).not.to.contain(Buffer.from(word).toString('base64'));
    }
  });

  it('begins as soon as it has the right to', async () => {
    const file = await serviceAccountWith(plane, namespace, 'late');
    await put('a', '1');
    start(openAccess(file));
    await until(() => log.lines.length > 0);
    expect(log.lines[0]).to.have.nested.property('fields.error.statusCode', 403);
    await grant(plane, namespace, 'late', '--verb=list,watch', '--resource=configmaps');
    await reflector.synced;
    expect(events).to.deep.equal(['added a={"k":"1"}']);
  });

  describe('behind a connection that fails', () => {
    let proxy: TcpProxy;

    beforeEach(async () => {
      proxy = await startTcpProxy({ target: plane.server });
    });
    afterEach(() => proxy.stop());

    it('resumes after a reset, in about a second, and misses nothing', async () => {
      await put('a', '1');
      start(openAccess(plane.kubeconfig, proxy.url));
      await until(() => events.length === 1);
      for (let i = 2; i < 5; i += 1) {
        proxy.dropConnections();
        const from = performance.now();
        await put('a', String(i));
        await until(() => events.length === i);
        expect(performance.now() - from).to.be.below(5000);
      }
      expect(events.slice(1)).to.deep.equal([
        'modified a={"k":"2"}',
        'modified a={"k":"3"}',
        'modified a={"k":"4"}',
      ]);
    });

    it('comes back after an outage, and tells what happened meanwhile', async () => {
      await put('a', '1');
      await put('b', '1');
      start(openAccess(plane.kubeconfig, proxy.url));
      await reflector.synced;
      await proxy.refuse();
      await until(() => log.lines.length > 0);
      await put('a', '2');
      await remove('b');
      await put('c', '1');
      await sleep(1000);
      await proxy.resume();
      await until(() => events.length >= 5);
      expect(events.slice(2)).to.deep.equal([
        'modified a={"k":"2"}',
        'deleted b={"k":"1"}',
        'added c={"k":"1"}',
      ]);
      expect(log.lines.at(-1)?.message).to.equal('A watch of the Kubernetes API works again');
    });

    it('notices a connection that is open and dead', async () => {
      await put('a', '1');
      const silence = { answerMs: 1000, marginMs: 500, bookmarkMs: 60_000 };
      start(openAccess(plane.kubeconfig, proxy.url), { settings: { watchSeconds: 1, silence } });
      await reflector.synced;
      proxy.blackHole();
      await put('a', '2');
      await until(() => log.lines.length > 0);
      expect(log.lines[0]).to.have.nested.property('fields.error.reason', 'Timeout');
      expect(events).to.have.length(1);
      proxy.dropConnections();
      await proxy.resume();
      await until(() => events.length === 2);
      expect(events[1]).to.equal('modified a={"k":"2"}');
    });

    it('renews its watch over and over without an event', async () => {
      await put('a', '1');
      const real = openAccess(plane.kubeconfig, proxy.url);
      let watches = 0;
      let lists = 0;
      start(
        {
          ...real,
          watch: (query, signal) => ((watches += 1), real.watch(query, signal)),
          list: (query, signal) => ((lists += 1), real.list(query, signal)),
        },
        { settings: { watchSeconds: 1 } },
      );
      await until(() => watches === 4);
      expect([lists, events.length]).to.deep.equal([1, 1]);
      expect(log.lines).to.deep.equal([]);
    });
  });

  it('survives a restart of the API server, which has then forgotten what went before', async () => {
    const own = await startControlPlane({ binaries: plane.binaries });
    const ownAdmin = openAccess(own.kubeconfig);
    const proxy = await startTcpProxy({ target: own.server });
    namespace = await own.createNamespace('reflector');
    try {
      await put('a', '1', ownAdmin);
      await put('b', '1', ownAdmin);
      await put('c', '1', ownAdmin);
      start(openAccess(own.kubeconfig, proxy.url));
      await reflector.synced;
      await proxy.refuse();
      await put('a', '2', ownAdmin);
      await own.killApiServer();
      await own.startApiServer();
      await remove('b', ownAdmin);
      await proxy.resume();
      await until(() => events.length >= 5);
      expect(events.slice(3)).to.deep.equal(['deleted b={"k":"1"}', 'modified a={"k":"2"}']);
      expect(log.lines.map(({ fields }) => isExpired(fields['error']))).to.include(true);
      await put('c', '2', ownAdmin);
      await until(() => events.length >= 6);
    } finally {
      stop.abort(new Error('stopped'));
      await ownAdmin.close();
      await proxy.stop();
      await own.stop();
    }
  });
});
