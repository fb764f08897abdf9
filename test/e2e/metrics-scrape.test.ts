import { expect } from 'chai';
import { z } from 'zod';
import { CONDITION_TYPES } from '../../src/api/conditions.ts';
import { FAULT_REASONS } from '../../src/api/reasons.ts';
import { ENDPOINTS } from '../../src/auth0/pacing/endpoint.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { render } from './chart.ts';
import { interpolate, queriesOf, readDashboard } from './dashboard.ts';
import { showAll, type Shown } from './metrics-world.ts';
import { programOrSkip, promtool, startPrometheus, type Prometheus } from './prometheus.ts';
import { openWorld, type World } from './world.ts';

const Monitor = z.object({ endpoints: z.tuple([z.object({ honorLabels: z.boolean() })]) });
const RuleGroups = z.object({ groups: z.array(z.looseObject({})) });

/** Every value that a label of bounded values may have. */
const BOUNDED: Readonly<Record<string, RegExp>> = {
  endpoint: new RegExp(`^(${[...ENDPOINTS, 'token'].join('|')})$`),
  code: /^(\d{3}|[1-5]xx|other|error|<error>)$/,
  type: new RegExp(`^(${CONDITION_TYPES.join('|')})$`),
  status: /^(True|False|Unknown)$/,
  reason: new RegExp(`^(${FAULT_REASONS.join('|')})$`),
  operation: /^(create|update|delete|connect)$/,
  result: /^(success|failure|requeue|requeue_after|error)$/,
  state: /^(managed|in_sync|unmanaged|conflict)$/,
  controller: /^institutionsync$/,
  method: /^(GET|POST|PUT|PATCH|DELETE)$/,
  version: /^\d+\.\d+\.\d+/,
  le: /^(\+Inf|[\d.e-]+)$/,
};

describe('metrics, scraped by a real Prometheus', function () {
  this.timeout(240_000);
  let world: World;
  let prometheus: Prometheus;
  let shown: Shown;
  let address: string;
  let tool: string;

  before(async function () {
    const program = await programOrSkip(this, 'prometheus');
    tool = await programOrSkip(this, 'promtool');
    world = await openWorld({ values: ['leaderElection=true'] });
    const { plane, namespace, controller } = world.operator;
    const values = ['metrics.serviceMonitor.enabled=true', 'prometheusRule.enabled=true'];
    const objects = await render(plane, namespace, values);
    const spec = (kind: string) => objects.find((each) => each.kind === kind)?.['spec'];
    const { groups } = RuleGroups.parse(spec('PrometheusRule'));
    address = String((await controller.untilLine('controller started'))['metrics']);
    prometheus = await startPrometheus(program, {
      target: address,
      // As Prometheus Operator adds them: three of them are labels of the metrics, too.
      labels: { namespace: 'of-the-pod', pod: 'a-pod', endpoint: 'metrics', name: 'of-the-pod' },
      honorLabels: Monitor.parse(spec('ServiceMonitor')).endpoints[0].honorLabels,
      // Evaluated each second, not each minute.
      rules: { groups: groups.map((group) => ({ ...group, interval: '1s' })) },
    });
    shown = await showAll(world);
    await prometheus.scraped();
  });
  after(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const of = ({ name }: { readonly name: string }) =>
    `namespace="${world.operator.namespace}", name="${name}"`;

  it('are what promtool asks for', async () => {
    const text = await (await fetch(`http://${address}/metrics`)).text();
    const checked = await promtool(tool, ['check', 'metrics'], {}, text);
    expect(checked).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('have a series for every metric there is', async () => {
    for (const metric of createMetrics().registry.getMetricsAsArray()) {
      const { name } = metric;
      const isHistogram = metric.constructor.name === 'Histogram';
      const found = await prometheus.query(isHistogram ? `${name}_count` : name);
      // The collector may not have run yet, and summaries and the like come only with it.
      if (/^nodejs_gc|^nodejs_active/.test(name)) continue;
      expect(found, name).to.not.be.empty;
    }
  });

  it('tell what became of each object', async () => {
    const expected: readonly (readonly [expr: string, value: number])[] = [
      [`institution_sync_condition{${of(shown.changed)}, type="Ready", status="True"}`, 1],
      [
        `institution_sync_changes_total{${of(shown.changed)}, operation="delete", result="success"}`,
        1,
      ],
      [
        `institution_sync_changes_total{${of(shown.changed)}, operation="create", result="failure"}`,
        1,
      ],
      [`institution_sync_held_changes{${of(shown.held)}, operation="delete"}`, 3],
      [`institution_sync_condition{${of(shown.held)}, type="ChangesHeld", status="True"}`, 1],
      [`institution_sync_fault{${of(shown.failing)}, reason="SourceUnavailable"}`, 1],
      [`institution_sync_fault{${of(shown.stalled)}, reason="SecretInvalid"}`, 1],
      [`institution_sync_last_success_timestamp_seconds{${of(shown.stalled)}}`, 0],
      [`institution_sync_condition{${of(shown.suspended)}, type="Suspended", status="True"}`, 1],
      [`institution_sync_nap_seconds{${of(shown.suspended)}}`, 10],
      ['institution_sync_source_requests_total{code="2xx"} > bool 0', 1],
      ['leader_election_master_status', 1],
      ['institution_sync_build_info', 1],
      ['time() - institution_sync_watch_last_heard_timestamp_seconds < bool 120', 1],
    ];
    for (const [expr, value] of expected) {
      const found = await prometheus.query(expr);
      expect(
        found.map((sample) => sample.value),
        expr,
      ).to.deep.equal([value]);
    }
    const [expiry] = await prometheus.query(
      `institution_sync_credentials_expiry_timestamp_seconds{${of(shown.manual)}} - time()`,
    );
    expect(expiry?.value).to.be.within(3_000, 3_600);
  });

  it('have labels of few values, whatever servers and listings hold', async () => {
    const registered = new Map(
      createMetrics()
        .registry.getMetricsAsArray()
        .map((metric) => [
          metric.name,
          z.object({ labelNames: z.array(z.string()) }).parse(metric).labelNames,
        ]),
    );
    const added = ['__name__', 'job', 'instance', 'pod', 'le', 'namespace', 'name', 'endpoint'];
    const names = new Set(
      Object.values(shown)
        .map((stage) => stage.name)
        .concat('of-the-pod', 'institutionsync', 'institution-sync'),
    );
    const series = await prometheus.query(
      '{__name__=~"(institution_sync|controller|workqueue|leader|rest)_.*", __name__!~".*:.*"}',
    );
    expect(series).to.have.length.above(300);
    for (const { labels } of series) {
      const metric = (labels['__name__'] ?? '').replace(/_(bucket|sum|count)$/, '');
      const own = registered.get(metric) ?? registered.get(labels['__name__'] ?? '') ?? [];
      for (const [label, value] of Object.entries(labels)) {
        expect([...own, ...added], metric).to.include(label);
        const bounds = BOUNDED[label];
        if (label === 'endpoint' && !own.includes(label)) continue;
        if (bounds !== undefined) expect(value, `${metric} ${label}`).to.match(bounds);
        if (label === 'name') expect(names, metric).to.include(value);
      }
    }
    const codes = await prometheus.labelValues('code', 'institution_sync_auth0_requests_total');
    expect(codes).to.include.members(['2xx', '5xx', '400']);
    expect(codes).to.not.include.members(['299', '530', '599']);
  });

  it('show in every panel of the dashboard', async () => {
    const dashboard = await readDashboard();
    const variables = {
      __rate_interval: '1m',
      __range: '5m',
      namespace: '.*',
      name: '.*',
      job: '.*',
    };
    for (const { panel, expr } of queriesOf(dashboard, variables)) {
      const found = await prometheus.query(expr);
      expect(found, `${panel}: ${expr}`).to.not.be.empty;
      const numbers = found.filter(({ value }) => Number.isFinite(value));
      expect(numbers, `${panel}: ${expr}`).to.not.be.empty;
    }
    for (const { name, definition } of dashboard.templating.list) {
      if (definition === undefined) continue;
      const [, match = '', label = ''] =
        /^label_values\((.+), (\w+)\)$/.exec(interpolate(definition, variables)) ?? [];
      const values = await prometheus.labelValues(label, match);
      if (name === 'name') expect(values).to.include(shown.changed.name);
      if (name === 'namespace') expect(values).to.deep.equal([world.operator.namespace]);
      if (name === 'job') expect(values).to.deep.equal(['institution-sync-metrics']);
    }
  });

  it('set off the alerts of what is wrong, and no others', async () => {
    const expected = [
      `InstitutionSyncChangesHeld ${shown.held.name}`,
      `InstitutionSyncCredentialsExpiring ${shown.manual.name}`,
      `InstitutionSyncFailing ${shown.failing.name}`,
      `InstitutionSyncFailing ${shown.refused.name}`,
      `InstitutionSyncInstitutionsSkipped ${shown.failing.name}`,
      `InstitutionSyncStalled ${shown.stalled.name}`,
    ];
    // They wait for minutes before they fire.
    await prometheus.until(
      'count(ALERTS{alertstate="pending"})',
      ([count]) => count?.value === expected.length,
    );
    const rules = await prometheus.rules();
    for (const { name, health, lastError } of rules)
      expect(health, `${name}: ${lastError}`).to.equal('ok');
    const alerts = rules.flatMap(({ alerts: set = [] }) => set);
    expect(
      alerts.map(({ labels }) => `${labels['alertname']} ${labels['name']}`).toSorted(),
    ).to.deep.equal(expected);
    for (const { labels, annotations } of alerts) {
      expect(Object.values(annotations).join()).to.not.match(/error|<no value>/i);
      expect(annotations['summary']).to.include(`${world.operator.namespace}/${labels['name']}`);
    }
    const reasons = alerts.flatMap(
      ({ annotations }) => annotations['description']?.split('Reason: ')[1] ?? [],
    );
    expect(reasons).to.have.members(['PartialFailure.', 'SecretInvalid.', 'SourceUnavailable.']);
  });

  it('go with their object, at the next scrape', async () => {
    for (const stage of [shown.failing, shown.changed]) {
      await stage.close();
      await world.operator.untilGone(stage.name);
      await prometheus.until(
        `count({${of(stage)}, __name__=~"institution_sync_.*"})`,
        (found) => found.length === 0,
      );
      await prometheus.scraped();
      expect(await prometheus.query(`{${of(stage)}, __name__!~"ALERTS.*|.*:.*"}`)).to.deep.equal(
        [],
      );
    }
  });
});
