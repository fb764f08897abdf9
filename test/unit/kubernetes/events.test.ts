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

function openRecorder(fault?: Error, instance = 'pod-1') {
  const written: Written[] = [];
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
    patch: unused,
    delete: unused,
    watch: unused,
    close: async () => {},
  };
  const recorder = createEventRecorder({
    access,
    controller: 'sync.example.com/controller',
    instance,
    clock: createManualClock(Date.parse('2026-01-02T03:04:05.678Z')),
    random: () => 0.5,
    log,
  });
  return { recorder, written, log };
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
        metadata: { namespace: 'n', name: 'a.8000000000000' },
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

  it('is silent when it is stopped', async () => {
    const { recorder, log } = openRecorder(new Error('aborted'));
    await recorder.record(facts, AbortSignal.abort());
    expect(log.lines).to.deep.equal([]);
  });
});
