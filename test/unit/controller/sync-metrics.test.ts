import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { newEntry } from '../../../src/controller/entry.ts';
import { publish } from '../../../src/controller/publish.ts';
import {
  countChanges,
  forgetMetrics,
  recordExpiry,
  startMetrics,
} from '../../../src/controller/sync-metrics.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';
import { condition, report, watched } from './objects.ts';

const OF = 'namespace="identity",name="world"';
const never = new AbortController().signal;

/** The series of the one object, as `name{other labels} value`. */
async function seriesOf(metrics: ReturnType<typeof createMetrics>): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text
    .split('\n')
    .filter((line) => line.includes(OF))
    .map((line) => line.replace(`${OF},`, '').replace(`{${OF}}`, ''));
}

function contextOf(metrics: ReturnType<typeof createMetrics>) {
  const api = { writeStatus: async () => {}, recordEvent: async () => {} };
  const clock = { now: () => Date.parse('2026-02-01T01:00:00Z'), sleep: async () => {} };
  return { api: api as never, clock, log: createRecordedLog(), metrics };
}

describe('metrics of an object', () => {
  it('start at 0', async () => {
    const metrics = createMetrics();
    startMetrics(metrics, watched());
    const series = await seriesOf(metrics);
    expect(series).to.include('institution_sync_nap_seconds 1800');
    const others = series.filter((line) => !line.startsWith('institution_sync_nap_seconds'));
    expect(others).to.have.length.above(50);
    for (const line of others) expect(line).to.match(/ 0$/);
  });

  it('start where an earlier process left them in the status', async () => {
    const metrics = createMetrics();
    const status = {
      lastSuccessTime: '2026-02-01T00:00:00Z',
      institutions: { total: 7, skipped: 1, digest: 'sha256:1' },
      organizations: { total: 9, managed: 8, inSync: 6, unmanaged: 1, conflicts: 0, held: 2 },
      heldChanges: { deletions: 2, updates: 0, planHash: 'sha256:2' },
      conditions: [
        condition('Ready', 'False', 'SourceInvalid'),
        condition('ChangesHeld', 'True', 'DeletionLimitExceeded'),
      ],
    };
    startMetrics(metrics, watched({ status }));
    expect(await seriesOf(metrics)).to.include.members([
      `institution_sync_last_success_timestamp_seconds ${Date.parse('2026-02-01T00:00:00Z') / 1000}`,
      'institution_sync_institutions 7',
      'institution_sync_organizations{state="managed"} 8',
      'institution_sync_organizations{state="in_sync"} 6',
      'institution_sync_held_changes{operation="delete"} 2',
      'institution_sync_condition{type="Ready",status="False"} 1',
      'institution_sync_condition{type="Ready",status="True"} 0',
      'institution_sync_condition{type="ChangesHeld",status="True"} 1',
      'institution_sync_fault{reason="SourceInvalid"} 1',
      'institution_sync_fault{reason="SourceUnavailable"} 0',
    ]);
  });

  it('show one reason at a time, and none once it is mended', async () => {
    const metrics = createMetrics();
    const object = watched();
    const entry = newEntry(object);
    startMetrics(metrics, object);
    const faults = async () =>
      (await seriesOf(metrics)).filter((line) => /^institution_sync_fault.* 1$/.test(line));
    for (const reason of ['SecretNotFound', 'AuthenticationFailed'] as const) {
      const fault = new Fault(reason, 'so');
      await publish(
        { facts: { kind: 'blocked', fault }, object, entry },
        contextOf(metrics),
        never,
      );
      expect(await faults()).to.deep.equal([`institution_sync_fault{reason="${reason}"} 1`]);
    }
    const facts = { kind: 'synced', report: report() } as const;
    await publish({ facts, object, entry }, contextOf(metrics), never);
    expect(await faults()).to.deep.equal([]);
    expect(await seriesOf(metrics)).to.include('institution_sync_duration_seconds_count 1');
  });

  it('tell when the credentials end only while that is known', async () => {
    const metrics = createMetrics();
    const object = watched();
    const entry = newEntry(object);
    recordExpiry(metrics, object, entry, 1_770_000_000_000);
    const name = 'institution_sync_credentials_expiry_timestamp_seconds';
    expect(await seriesOf(metrics)).to.deep.equal([`${name} 1770000000`]);
    recordExpiry(metrics, object, entry, undefined);
    expect(await seriesOf(metrics)).to.deep.equal([]);
  });

  it('go with the object, whatever ends after it', async () => {
    const metrics = createMetrics();
    const object = watched();
    const entry = newEntry(object);
    startMetrics(metrics, object);
    const observer = countChanges(metrics, object, entry, {
      progress() {},
      changed() {},
      failed() {},
    });
    recordExpiry(metrics, object, entry, 1_770_000_000_000);
    entry.gone = true;
    forgetMetrics(metrics, object);
    expect(await seriesOf(metrics)).to.deep.equal([]);

    const facts = { kind: 'interrupted', report: report({ outcome: 'interrupted' }) } as const;
    await publish({ facts, object, entry }, contextOf(metrics), never);
    observer.failed('create', 'i-1', 'late');
    observer.changed({ operation: 'delete' } as never);
    recordExpiry(metrics, object, entry, 1_770_000_000_000);
    expect(await seriesOf(metrics)).to.deep.equal([]);
  });
});
