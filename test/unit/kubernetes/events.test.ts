import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { createEventRecorder } from '../../../src/kubernetes/events.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { createManualClock } from './manual-clock.ts';
import { createRecordedLog } from './recorded-log.ts';

const Written = z.looseObject({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  note: z.string(),
  reportingInstance: z.string(),
});
type Written = z.infer<typeof Written>;

const Series = z.object({
  series: z.object({ count: z.number(), lastObservedTime: z.string() }),
});

function openRecorder(fault?: Error, instance = 'pod-1') {
  const written: Written[] = [];
  /** As `name count time`. */
  const counted: string[] = [];
  const clock = createManualClock(Date.parse('2026-01-02T03:04:05.678Z'));
  let refusal: Error | undefined;
  let names = 0;
  const log = createRecordedLog();
  const unused = () => Promise.reject(new Error('not a request of the recorder'));
  const access: ApiAccess = {
    server: 'https://memory',
    async create(_at, object) {
      if (fault !== undefined) throw fault;
      written.push(Written.parse(object));
      return { metadata: { name: 'a', uid: 'u', resourceVersion: '1' } };
    },
    get: unused,
    list: unused,
    replace: unused,
    async patch({ name }, { body }) {
      if (refusal !== undefined) throw refusal;
      const { count, lastObservedTime } = Series.parse(body).series;
      counted.push(`${name} ${count} ${lastObservedTime}`);
      return { metadata: { name, uid: 'u', resourceVersion: '1' } };
    },
    delete: unused,
    watch: unused,
    close: async () => {},
  };
  const recorder = createEventRecorder({
    access,
    controller: 'sync.example.com/controller',
    instance,
    clock,
    random: () => {
      names += 1;
      return names / 16;
    },
    log,
  });
  const refuse = (error: Error | undefined) => {
    refusal = error;
  };
  return { recorder, written, counted, clock, refuse, log };
}

const facts = {
  regarding: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name: 'a', uid: 'u' },
  type: 'Normal',
  reason: 'Tested',
  action: 'Test',
  note: 'It works.',
} as const;
const { signal } = new AbortController();

describe('createEventRecorder', () => {
  it('writes all that events.k8s.io/v1 requires', async () => {
    const { recorder, written } = openRecorder();
    await recorder.record(facts, signal);
    expect(written).to.deep.equal([
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace: 'n', name: 'a.1000000000000' },
        eventTime: '2026-01-02T03:04:05.678000Z',
        reportingController: 'sync.example.com/controller',
        reportingInstance: 'pod-1',
        ...facts,
      },
    ]);
  });

  it('cuts a note at 1024 bytes, between characters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('x', 'é', '€', '😀'), { minLength: 300, maxLength: 600 }),
        async (characters) => {
          const note = characters.join('');
          const { recorder, written } = openRecorder();
          await recorder.record({ ...facts, note }, signal);
          const cut = written[0]?.note ?? '';
          expect(note.startsWith(cut)).to.equal(true);
          const bytes = Buffer.byteLength(cut);
          if (cut === note) expect(bytes).to.be.at.most(1024);
          else expect(bytes).to.be.within(1021, 1024);
        },
      ),
      { seed: 5 },
    );
  });

  it('makes a valid name for an object whose name is as long as can be', async () => {
    const { recorder, written } = openRecorder(undefined, 'x'.repeat(200));
    const name = `${'a'.repeat(237)}.-${'b'.repeat(14)}`;
    await recorder.record({ ...facts, regarding: { ...facts.regarding, name } }, signal);
    expect(written[0]?.metadata.name).to.match(/^a{237}\.[0-9a-f]{13}$/);
    expect(written[0]?.reportingInstance).to.have.length(128);
  });

  it('logs an event that cannot be written, and goes on', async () => {
    const fault = new KubernetesError('Forbidden', 'no', { statusCode: 403 });
    const { recorder, log } = openRecorder(fault);
    await recorder.record(facts, signal);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]?.fields).to.include({ reason: 'Tested', error: fault });
  });

  it('counts an event that happens again, and changes nothing else of it', async () => {
    const { recorder, written, counted, clock } = openRecorder();
    await recorder.record(facts, signal);
    clock.advance(59 * 60_000);
    await recorder.record({ ...facts, regarding: { ...facts.regarding } }, signal);
    clock.advance(59 * 60_000);
    await recorder.record(facts, signal);
    expect(written).to.have.length(1);
    expect(counted).to.deep.equal([
      'a.1000000000000 2 2026-01-02T04:03:05.678000Z',
      'a.1000000000000 3 2026-01-02T05:02:05.678000Z',
    ]);
  });

  for (const [what, other] of [
    ['note', { note: 'It works again.' }],
    ['reason', { reason: 'Tried' }],
    ['type', { type: 'Warning' }],
    ['action', { action: 'Try' }],
    ['object of the same name', { regarding: { ...facts.regarding, uid: 'v' } }],
  ] as const) {
    it(`writes an event of its own for another ${what}`, async () => {
      const { recorder, written, counted } = openRecorder();
      await recorder.record(facts, signal);
      await recorder.record({ ...facts, ...other }, signal);
      expect(written).to.have.length(2);
      expect(counted).to.deep.equal([]);
    });
  }

  it('counts long notes that begin alike as what is written of them', async () => {
    const { recorder, written, counted } = openRecorder();
    for (const end of ['a', 'b']) {
      await recorder.record({ ...facts, note: `${'x'.repeat(1024)}${end}` }, signal);
    }
    expect(written).to.have.length(1);
    expect(counted).to.have.length(1);
  });

  it('writes a new event when the last one is an hour old, and may be gone', async () => {
    const { recorder, written, counted, clock } = openRecorder();
    await recorder.record(facts, signal);
    clock.advance(60 * 60_000);
    await recorder.record(facts, signal);
    expect(written).to.have.length(2);
    expect(counted).to.deep.equal([]);
  });

  for (const [statusCode, reason] of [
    [404, 'NotFound'],
    [403, 'Forbidden'],
  ] as const) {
    it(`writes a new event when the old one cannot be counted: ${statusCode}`, async () => {
      const { recorder, written, counted, refuse, log } = openRecorder();
      await recorder.record(facts, signal);
      refuse(new KubernetesError(reason, 'no', { statusCode }));
      await recorder.record(facts, signal);
      refuse(undefined);
      await recorder.record(facts, signal);
      expect(written).to.have.length(2);
      expect(counted.map((each) => each.split(' ', 2))).to.deep.equal([['a.2000000000000', '2']]);
      expect(log.lines).to.deep.equal([]);
    });
  }

  it('logs an event that cannot be counted for now, and counts on later', async () => {
    const { recorder, written, counted, refuse, log } = openRecorder();
    await recorder.record(facts, signal);
    refuse(new KubernetesError('InternalError', 'no', { statusCode: 500 }));
    await recorder.record(facts, signal);
    refuse(undefined);
    await recorder.record(facts, signal);
    expect(written).to.have.length(1);
    expect(counted.map((each) => each.split(' ', 2))).to.deep.equal([['a.1000000000000', '2']]);
    expect(log.lines).to.have.length(1);
  });

  it('remembers the 1024 events that happened last', async () => {
    const { recorder, written, counted } = openRecorder();
    const record = (index: number) => recorder.record({ ...facts, note: `${index}` }, signal);
    for (let index = 0; index < 1024; index += 1) await record(index);
    await record(0);
    await record(1024);
    expect(counted).to.have.length(1);
    await record(1);
    expect(written).to.have.length(1026);
    await record(0);
    expect(counted).to.have.length(2);
  });

  it('is silent when it is stopped', async () => {
    const { recorder, log } = openRecorder(new Error('aborted'));
    await recorder.record(facts, AbortSignal.abort());
    expect(log.lines).to.deep.equal([]);
  });
});
