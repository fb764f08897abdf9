import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { openApiAccess, type ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { startReflector, type Reflector } from '../../../src/kubernetes/reflector.ts';
import { createManualClock, type ManualClock } from '../../unit/kubernetes/manual-clock.ts';
import { createRecordedLog, type RecordedLog } from '../../unit/kubernetes/recorded-log.ts';
import {
  startScriptedServer,
  type Received,
  type ScriptedServer,
  type Stream,
} from './scripted-server.ts';

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps' };

interface Item {
  readonly metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

function item(name: string, version: number, data?: Item['data']): Item {
  const metadata = { name, namespace: 'n', uid: `uid-${name}`, resourceVersion: String(version) };
  return { metadata, ...(data && { data }) };
}

function bookmark(version: number): object {
  return { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } };
}

describe('startReflector', () => {
  let server: ScriptedServer;
  let access: ApiAccess;
  let clock: ManualClock;
  let log: RecordedLog;
  let stop: AbortController;
  let events: string[];
  let reflector: Reflector<string>;

  beforeEach(async () => {
    server = await startScriptedServer();
    clock = createManualClock();
    log = createRecordedLog();
    stop = new AbortController();
    events = [];
    access = openApiAccess({ kubeConfig: server.kubeConfig(), clock, userAgent: 'test' });
  });
  afterEach(async () => {
    stop.abort(new Error('stopped'));
    await reflector.done;
    await access.close();
    await server.stop();
    expect(clock.sleepers(), 'timers that are left').to.equal(0);
    expect(server.unseen(), 'requests that nobody expected').to.equal(0);
  });

  function start(options: Partial<Parameters<typeof startReflector<string>>[0]> = {}): void {
    reflector = startReflector<string>(
      {
        access,
        selection: { resource: CONFIG_MAPS, namespace: 'n' },
        parse: ({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`,
        onEvent: (event, object, old) =>
          events.push(old === undefined ? `${event} ${object}` : `${event} ${old} ${object}`),
        clock,
        random: () => 0.5,
        log,
        ...options,
      },
      stop.signal,
    );
  }

  async function answerList(version: number, ...items: readonly Item[]): Promise<Received> {
    const request = await server.next();
    expect(request.url.searchParams.has('watch'), 'a list').to.equal(false);
    expect(request.url.searchParams.has('resourceVersion'), 'of the present').to.equal(false);
    request.json(200, { metadata: { resourceVersion: String(version) }, items });
    return request;
  }

  async function nextWatch(version: number): Promise<Received> {
    const request = await server.next();
    expect(request.url.searchParams.get('watch')).to.equal('1');
    expect(request.url.searchParams.get('resourceVersion')).to.equal(String(version));
    return request;
  }

  async function answerWatch(version: number): Promise<Stream> {
    return (await nextWatch(version)).stream();
  }

  /** Waits for the pause after a failure, and lets it pass. */
  async function passPause(from: number, to: number): Promise<number> {
    const pause = await clock.sleeping({ from, to });
    clock.advance(pause);
    return pause;
  }

  /** Resolves when there are so many events. */
  async function untilEvents(count: number): Promise<void> {
    while (events.length < count) await turn();
  }

  it('lists in pages, watches from there and tells what happens', async () => {
    start({ settings: { pageSize: 2 } });
    const first = await server.next();
    expect(first.url.search).to.equal('?limit=2');
    const metadata = { resourceVersion: '10', continue: 'more' };
    first.json(200, { metadata, items: [item('a', 1), item('b', 2)] });
    const second = await server.next();
    expect(second.url.search).to.equal('?limit=2&continue=more');
    expect(events).to.deep.equal([]);
    second.json(200, { metadata: { resourceVersion: '10' }, items: [item('c', 3)] });
    await reflector.synced;
    expect(events).to.deep.equal(['added a@1', 'added b@2', 'added c@3']);
    const stream = await answerWatch(10);
    stream.send(
      { type: 'ADDED', object: item('d', 11) },
      { type: 'MODIFIED', object: item('a', 12) },
      { type: 'DELETED', object: item('b', 13) },
    );
    await untilEvents(6);
    expect(events.slice(3)).to.deep.equal(['added d@11', 'modified a@1 a@12', 'deleted b@2 b@2']);
    expect(reflector.list()).to.deep.equal(['a@12', 'c@3', 'd@11']);
    expect(reflector.get('n/a')).to.equal('a@12');
  });

  it('asks for what is selected, and for bookmarks and an end', async () => {
    const random = 0.25;
    start({
      selection: { resource: CONFIG_MAPS, fieldSelector: 'metadata.name=a', metadataOnly: true },
      random: () => random,
    });
    const list = await answerList(10);
    expect(list.url.pathname).to.equal('/api/v1/configmaps');
    expect(list.url.searchParams.get('fieldSelector')).to.equal('metadata.name=a');
    const watch = await nextWatch(10);
    expect(watch.url.searchParams.get('fieldSelector')).to.equal('metadata.name=a');
    expect(watch.url.searchParams.get('allowWatchBookmarks')).to.equal('true');
    // 290 s and a quarter more.
    expect(watch.url.searchParams.get('timeoutSeconds')).to.equal('363');
    expect(watch.headers.accept).to.contain('as=PartialObjectMetadata;');
    watch.stream();
  });

  it('goes on at once, from the last bookmark, when the server ends the watch as asked', async () => {
    start();
    await answerList(10);
    const stream = await answerWatch(10);
    for (const version of [11, 12, 13]) {
      stream.send({ type: 'ADDED', object: item(`v${version}`, version) }, bookmark(version));
      await untilEvents(version - 10);
      await advanceSlowly(144_900);
    }
    stream.end();
    await answerWatch(13);
    expect(log.lines).to.deep.equal([]);
  });

  it('waits a little before it goes on when the server ends the watch early', async () => {
    start();
    await answerList(10);
    (await answerWatch(10)).end();
    expect(await passPause(400, 800)).to.equal(600);
    (await answerWatch(10)).end();
    expect(await passPause(800, 1600)).to.equal(1200);
    await answerWatch(10);
  });

  it('resumes after a reset, without listing again and without an event', async () => {
    start();
    await answerList(10, item('a', 1));
    const stream = await answerWatch(10);
    stream.send({ type: 'MODIFIED', object: item('a', 11) });
    await untilEvents(2);
    stream.reset();
    await passPause(400, 800);
    await answerWatch(11);
    expect(events).to.deep.equal(['added a@1', 'modified a@1 a@11']);
  });

  it('counts failures anew after a watch that lasted', async () => {
    start();
    await answerList(10);
    for (const pause of [600, 1200, 2400]) {
      (await answerWatch(10)).reset();
      expect(await passPause(pause, pause)).to.equal(pause);
    }
    const stream = await answerWatch(10);
    stream.send({ type: 'ADDED', object: item('a', 11) });
    await untilEvents(1);
    clock.advance(5000);
    stream.reset();
    expect(await passPause(400, 800)).to.equal(600);
    await answerWatch(11);
  });

  it('lists again at once when the server has forgotten, and tells only the difference', async () => {
    start();
    await answerList(10, item('a', 1), item('b', 2), item('c', 3));
    (await answerWatch(10)).reset();
    await passPause(400, 800);
    (await nextWatch(10)).refuse(410, 'Expired');
    await answerList(50, item('a', 1), item('c', 40), item('d', 41));
    (await answerWatch(50)).reset();
    expect(events.slice(3)).to.deep.equal(['deleted b@2 b@2', 'modified c@3 c@40', 'added d@41']);
    await passPause(400, 1600);
    const resumed = await answerWatch(50);
    resumed.send({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    await answerList(60, item('a', 1), item('c', 40), item('d', 41));
    await answerWatch(60);
    expect(events).to.have.length(6);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(2);
  });

  it('lists in 0.8 s at most when a watch that lasted says so', async () => {
    start();
    await answerList(10);
    const stream = await answerWatch(10);
    stream.send({ type: 'ADDED', object: item('a', 11) });
    await untilEvents(1);
    clock.advance(5000);
    stream.send({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    await passPause(400, 800);
    await answerList(20, item('a', 11));
    await answerWatch(20);
  });

  it('backs off when the server forgets every version at once', async () => {
    start();
    for (const pause of [600, 1200, 2400, 4800]) {
      await answerList(10);
      (await nextWatch(10)).refuse(410, 'Expired');
      expect(await passPause(pause, pause)).to.equal(pause);
    }
    await answerList(10);
    await answerWatch(10);
  });

  it('lists in one piece when the pages expire', async () => {
    start();
    const first = await server.next();
    first.json(200, {
      metadata: { resourceVersion: '10', continue: 'more' },
      items: [item('a', 1)],
    });
    (await server.next()).refuse(410, 'Expired');
    const whole = await answerList(20, item('b', 2));
    expect(whole.url.search).to.equal('');
    await answerWatch(20);
    expect(events).to.deep.equal(['added b@2']);
  });

  it('tells nothing, and lists no more, however often the connection is lost', async () => {
    start();
    await answerList(10, item('a', 1), item('b', 2));
    for (let i = 0; i < 20; i += 1) {
      (await answerWatch(10)).reset();
      await passPause(400, 29_000);
    }
    await answerWatch(10);
    expect(events).to.deep.equal(['added a@1', 'added b@2']);
  });

  for (const [status, reason] of [
    [403, 'Forbidden'],
    [401, 'Unauthorized'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [404, 'NotFound'],
  ] as const) {
    it(`never gives up on ${status}, tries ever less often, and logs it once`, async () => {
      start();
      const pauses: number[] = [];
      for (let i = 0; i < 12; i += 1) {
        (await server.next()).refuse(status, reason);
        pauses.push(await passPause(400, 29_000));
      }
      expect(pauses.slice(0, 4)).to.deep.equal([600, 1200, 2400, 4800]);
      expect(pauses.at(-1)).to.equal(22_500);
      expect(log.lines.map(({ level }) => level)).to.deep.equal(['warn']);
      expect(log.lines[0]?.fields).to.include({ resource: 'configmaps', namespace: 'n' });
      await answerList(10, item('a', 1));
      await reflector.synced;
      // The watch may be refused where the list is not.
      (await nextWatch(10)).refuse(403, 'Forbidden');
      await passPause(400, 29_000);
      const stream = await answerWatch(10);
      stream.send({ type: 'ADDED', object: item('b', 11) });
      await untilEvents(2);
      expect(log.lines.at(-1)?.message).to.equal('A watch of the Kubernetes API works again');
    });
  }

  it('waits as long as a busy server asks, but not for ever', async () => {
    start();
    (await server.next()).json(429, {}, { 'retry-after': '7' });
    expect(await passPause(7000, 7000)).to.equal(7000);
    (await server.next()).json(429, {}, { 'retry-after': '86400' });
    expect(await passPause(60_000, 60_000)).to.equal(60_000);
    await answerList(10);
    await answerWatch(10);
  });

  it('notices a watch that has gone silent', async () => {
    start();
    await answerList(10, item('a', 1));
    const stream = await answerWatch(10);
    await reflector.synced;
    stream.send({ type: 'MODIFIED', object: item('a', 11) });
    await untilEvents(2);
    await advanceSlowly(449_000);
    expect(server.unseen()).to.equal(0);
    clock.advance(1000);
    await stream.closed;
    await passPause(400, 800);
    await answerWatch(11);
    expect(events).to.have.length(2);
  });

  it('notices it sooner where there have been bookmarks', async () => {
    start();
    await answerList(10);
    const stream = await answerWatch(10);
    stream.send(bookmark(11), { type: 'ADDED', object: item('a', 12) });
    await untilEvents(1);
    await advanceSlowly(179_000);
    expect(server.unseen()).to.equal(0);
    const from = clock.now();
    while (server.unseen() === 0) await advanceSlowly(1000);
    await answerWatch(12);
    await stream.closed;
    expect(clock.now() - from).to.be.below(65_000);
  });

  it('notices a server that does not answer, to a list or to a watch', async () => {
    start();
    await server.next();
    clock.advance(30_000);
    await passPause(400, 800);
    await answerList(10);
    await nextWatch(10);
    clock.advance(30_000);
    await passPause(400, 1600);
    await answerWatch(10);
    expect(log.lines.map(({ fields }) => fields['error'])).to.have.length(1);
  });

  it('reads characters and lines that arrive in pieces', async () => {
    const data = { text: 'Université 東京大学 🎓' };
    const seen: unknown[] = [];
    start({
      parse(object) {
        seen.push(object['data']);
        return object.metadata.name;
      },
    });
    await answerList(10);
    const stream = await answerWatch(10);
    const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: item('a', 11, data) })}\n`);
    for (const byte of line) {
      stream.write(Uint8Array.of(byte));
      await turn();
    }
    await untilEvents(1);
    expect(seen).to.deep.equal([data]);
  });

  it('lists again after a line that cannot be read', async () => {
    start();
    await answerList(10);
    (await answerWatch(10)).write('{"type":"ADDED","object":{"metadata":{}}}\n');
    await passPause(400, 800);
    await answerList(20);
    (await answerWatch(20)).write('<html>gateway</html>\n');
    await passPause(400, 1600);
    await answerList(30);
    await answerWatch(30);
  });

  it('reads a line of 15 MB and drops a connection with one that never ends', async function () {
    this.timeout(30_000);
    start();
    await answerList(10);
    const stream = await answerWatch(10);
    const data = { text: 'x'.repeat(15_000_000) };
    stream.send({ type: 'ADDED', object: item('a', 11, data) });
    await untilEvents(1);
    for (let i = 0; i < 17; i += 1) stream.write('x'.repeat(1_048_576));
    await stream.closed;
    await passPause(400, 800);
    await answerList(20);
    await answerWatch(20);
  });

  it('ignores a line that the connection cut off', async () => {
    start();
    await answerList(10);
    const stream = await answerWatch(10);
    stream.send({ type: 'ADDED', object: item('a', 11) });
    stream.write('{"type":"DELETED","object":{"metadata":{"name":"a"');
    stream.end();
    await passPause(400, 800);
    await answerWatch(11);
    expect(events).to.deep.equal(['added a@11']);
  });

  it('survives a handler that throws', async () => {
    const calls: string[] = [];
    start({
      onEvent(event) {
        calls.push(event);
        throw new Error('handler');
      },
    });
    await answerList(10, item('a', 1));
    const stream = await answerWatch(10);
    stream.send({ type: 'ADDED', object: item('b', 11) });
    while (calls.length < 2) await turn();
    expect(reflector.list()).to.deep.equal(['a@1', 'b@11']);
    expect(log.lines.map(({ message }) => message)).to.deep.equal([
      'A handler of watch events failed',
      'A handler of watch events failed',
    ]);
  });

  it('says when it last heard of the server', async () => {
    start();
    clock.advance(5000);
    await answerList(10);
    await reflector.synced;
    expect(reflector.lastHeard()).to.equal(clock.now());
    const stream = await answerWatch(10);
    stream.send({ type: 'ADDED', object: item('a', 11) });
    await untilEvents(1);
    clock.advance(60_000);
    stream.send(bookmark(12));
    while (reflector.lastHeard() !== clock.now()) await turn();
    clock.advance(7000);
    expect(clock.now() - reflector.lastHeard()).to.equal(7000);
  });

  it('ends with its signal, while it watches', async () => {
    start();
    await answerList(10);
    const stream = await answerWatch(10);
    await reflector.synced;
    stop.abort(new Error('stopped'));
    await Promise.all([reflector.done, stream.closed]);
  });

  it('ends with its signal before it has listed, and says so', async () => {
    start();
    await server.next();
    stop.abort(new Error('stopped'));
    await reflector.done;
    const error = await reflector.synced.catch((error: unknown) => error);
    expect(error).to.have.property('message', 'stopped');
  });

  it('starts nothing when its signal has aborted', async () => {
    stop.abort(new Error('stopped'));
    start();
    await reflector.done;
    expect(reflector.list()).to.deep.equal([]);
  });

  /** In steps, as real time passes, so that whoever looks at the clock now and then sees it. */
  async function advanceSlowly(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(Math.min(1000, left));
      await turn();
    }
  }
});
