import { expect } from 'chai';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const OBJECT = { namespace: 'acme', name: 'the' };

/** The text's lines that begin with this name. */
async function lines(metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('createMetrics', () => {
  const documented: readonly (readonly [string, readonly string[]])[] = [
    ['institution_sync_last_success_timestamp_seconds', ['namespace', 'name']],
    ['institution_sync_duration_seconds', ['namespace', 'name']],
    ['institution_sync_institutions', ['namespace', 'name']],
    ['institution_sync_organizations', ['namespace', 'name', 'state']],
    ['institution_sync_changes_total', ['namespace', 'name', 'operation', 'result']],
    ['institution_sync_held_changes', ['namespace', 'name', 'operation']],
    ['institution_sync_condition', ['namespace', 'name', 'type', 'status']],
    ['institution_sync_fault', ['namespace', 'name', 'reason']],
    ['institution_sync_nap_seconds', ['namespace', 'name']],
    ['institution_sync_credentials_expiry_timestamp_seconds', ['namespace', 'name']],
    ['institution_sync_build_info', ['version']],
    ['institution_sync_watch_last_heard_timestamp_seconds', []],
    ['institution_sync_auth0_requests_total', ['endpoint', 'code']],
    ['institution_sync_auth0_rate_limit_remaining', ['endpoint']],
    ['institution_sync_source_requests_total', ['code']],
    ['controller_runtime_reconcile_total', ['controller', 'result']],
    ['controller_runtime_reconcile_errors_total', ['controller']],
    ['controller_runtime_reconcile_time_seconds', ['controller']],
    ['controller_runtime_active_workers', ['controller']],
    ['controller_runtime_max_concurrent_reconciles', ['controller']],
    ['workqueue_depth', ['name']],
    ['workqueue_adds_total', ['name']],
    ['workqueue_queue_duration_seconds', ['name']],
    ['workqueue_work_duration_seconds', ['name']],
    ['workqueue_retries_total', ['name']],
    ['leader_election_master_status', ['name']],
    ['rest_client_requests_total', ['code', 'method']],
  ];

  it('has every documented metric with its labels, and the process metrics', async () => {
    const { registry } = createMetrics();
    for (const [name, labels] of documented) {
      const metric = registry.getSingleMetric(name);
      expect(metric, name)
        .to.have.property('labelNames')
        .that.includes.members([...labels]);
    }
    expect(await registry.metrics()).to.include('process_resident_memory_bytes');
  });

  it('has no other metric of its own', () => {
    const own = createMetrics()
      .registry.getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.sort()).to.deep.equal(documented.map(([name]) => name).sort());
  });

  it('explains every metric', () => {
    for (const { help } of createMetrics().registry.getMetricsAsArray()) {
      expect(help).to.be.a('string').with.length.above(5);
    }
  });

  it('keeps registries apart', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.sourceRequests.inc({ code: '200' });
    expect(await lines(one, 'institution_sync_source_requests_total{')).to.have.length(1);
    expect(await lines(other, 'institution_sync_source_requests_total{')).to.have.length(0);
  });

  it('starts series without labels of objects at 0', async () => {
    const metrics = createMetrics();
    metrics.ofObjects.changes.inc({ ...OBJECT, operation: 'create', result: 'success' }, 0);
    metrics.ofObjects.duration.zero(OBJECT);
    expect(await lines(metrics, 'institution_sync_changes_total{')).to.deep.equal([
      'institution_sync_changes_total{namespace="acme",name="the",operation="create",result="success"} 0',
    ]);
    expect(await lines(metrics, 'institution_sync_duration_seconds_count')).to.deep.equal([
      'institution_sync_duration_seconds_count{namespace="acme",name="the"} 0',
    ]);
  });

  it("takes a first sync of a whole tenant into the histogram's range", async () => {
    const metrics = createMetrics();
    metrics.ofObjects.duration.observe(OBJECT, 88 * 60);
    const counts = await lines(metrics, 'institution_sync_duration_seconds_bucket');
    expect(counts.at(-2)).to.match(/ 1$/);
    expect(counts.at(-3)).to.match(/ 0$/);
  });

  it('asks at each scrape when the watches were last heard, once there are any', async () => {
    const metrics = createMetrics();
    const name = 'institution_sync_watch_last_heard_timestamp_seconds';
    expect(await lines(metrics, name)).to.deep.equal([]);
    let heardAt = 1_000_500;
    metrics.observeWatches(() => heardAt);
    expect(await lines(metrics, name)).to.deep.equal([`${name} 1000.5`]);
    heardAt = 2_000_000;
    expect(await lines(metrics, name)).to.deep.equal([`${name} 2000`]);
  });

  it('escapes what stands in labels', async () => {
    const metrics = createMetrics();
    metrics.sourceRequests.inc({ code: 'a"b\nc' });
    expect(await lines(metrics, 'institution_sync_source_requests_total{')).to.deep.equal([
      String.raw`institution_sync_source_requests_total{code="a\"b\nc"} 1`,
    ]);
  });
});
