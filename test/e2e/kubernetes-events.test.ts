import { hostname } from 'node:os';
import { expect } from 'chai';
import { z } from 'zod';
import { createEventRecorder, type EventRecorder } from '../../src/kubernetes/events.ts';
import { systemClock } from '../../src/time/clock.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { createRecordedLog, type RecordedLog } from '../unit/kubernetes/recorded-log.ts';
import { kubectl, openAccess, serviceAccountWith } from './kubernetes-client.ts';

const { signal } = new AbortController();

const Repeated = z.object({
  items: z.array(
    z.object({
      reason: z.string(),
      note: z.string(),
      eventTime: z.string(),
      series: z.object({ count: z.number(), lastObservedTime: z.string() }).optional(),
    }),
  ),
});
type Repeated = z.output<typeof Repeated>['items'][number];

describe('events, on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let namespace: string;
  let log: RecordedLog;

  before(async () => {
    plane = await sharedControlPlane();
    namespace = await plane.createNamespace('events');
    await kubectl(plane, 'create', 'configmap', 'subject', '-n', namespace);
  });

  async function withRecorder(
    account: string,
    rights: readonly string[],
    run: (recorder: EventRecorder) => Promise<void>,
  ): Promise<void> {
    const access = openAccess(await serviceAccountWith(plane, namespace, account, ...rights));
    log = createRecordedLog();
    const recorder = createEventRecorder({
      access,
      controller: 'sync.timeshighereducation.com/institution-sync',
      instance: hostname().repeat(20),
      clock: systemClock,
      random: Math.random,
      log,
    });
    await run(recorder);
    await access.close();
  }

  const facts = {
    type: 'Warning',
    reason: 'SyncFailed',
    action: 'Sync',
    note: `THE cannot be reached. ${'Ü'.repeat(2000)}`,
  } as const;

  async function regarding() {
    const jsonpath = 'jsonpath={.metadata.uid}';
    const get = ['get', 'configmap', 'subject', '-n', namespace, '-o', jsonpath];
    const uid = await kubectl(plane, ...get);
    return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'subject', uid };
  }

  it('stand in kubectl describe, written with the right to create events alone', async () => {
    const rights = ['--verb=create', '--resource=events.events.k8s.io'];
    await withRecorder('writer', rights, async (recorder) => {
      await recorder.record({ ...facts, regarding: await regarding() }, signal);
      await recorder.record({ ...facts, regarding: await regarding() }, signal);
    });
    expect(log.lines).to.deep.equal([]);
    const shown = await kubectl(plane, 'describe', 'configmap', 'subject', '-n', namespace);
    const lines = shown.split('\n').filter((line) => line.includes('SyncFailed'));
    expect(lines).to.have.length(2);
    expect(lines[0]).to.match(/Warning\s+SyncFailed\s+.*THE cannot be reached\. ÜÜÜ/);
  });

  it('are counted when they happen again, with the right to patch them', async () => {
    const rights = ['--verb=create,patch', '--resource=events.events.k8s.io'];
    const again = { ...facts, reason: 'Repeated', note: 'THE cannot be reached.' };
    const list = ['get', 'events.events.k8s.io', '-n', namespace, '-o', 'json'];
    const listed = async (): Promise<readonly Repeated[]> =>
      Repeated.parse(JSON.parse(await kubectl(plane, ...list))).items.filter(
        ({ reason }) => reason === again.reason,
      );

    await withRecorder('counter', rights, async (recorder) => {
      const record = async () =>
        recorder.record({ ...again, regarding: await regarding() }, signal);
      await record();
      const [first] = await listed();
      expect(first).to.not.have.property('series');
      await record();
      await record();
      const [series, ...more] = await listed();
      expect(more).to.deep.equal([]);
      expect(series).to.deep.include({ note: again.note, eventTime: first?.eventTime });
      expect(series?.series?.count).to.equal(3);
      expect(Date.parse(series?.series?.lastObservedTime ?? '')).to.be.greaterThan(
        Date.parse(first?.eventTime ?? ''),
      );
      const shown = await kubectl(plane, 'describe', 'configmap', 'subject', '-n', namespace);
      expect(shown).to.match(/Repeated\s+\S+ \(x3 over \S+\)\s+\S+\s+THE cannot be reached\./);

      await kubectl(plane, 'delete', 'events', '-n', namespace, '--field-selector=reason=Repeated');
      await record();
      expect(await listed()).to.have.length(1);
    });
    expect(log.lines).to.deep.equal([]);
  });

  it('are logged, nothing more, when they may not be written', async () => {
    await withRecorder('reader', [], async (recorder) => {
      await recorder.record({ ...facts, regarding: await regarding() }, signal);
    });
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.include({ level: 'warn', message: 'An event could not be written' });
    expect(log.lines[0]).to.have.nested.property('fields.error.statusCode', 403);
  });
});
