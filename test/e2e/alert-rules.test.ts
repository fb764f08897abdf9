import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { controlPlaneBinaries } from '../control-plane/assets.ts';
import { runCommand } from '../control-plane/command.ts';
import { openLifeline, type Lifeline } from '../control-plane/lifeline.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { ALERT_CASES } from './alert-cases.ts';
import { render } from './chart.ts';
import { programOrSkip, promtool } from './prometheus.ts';

const Rule = z.looseObject({
  alert: z.string().optional(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const Spec = z.object({
  groups: z.array(z.looseObject({ name: z.string(), rules: z.array(Rule) })),
});
type Spec = z.output<typeof Spec>;

describe('the alerts of the chart', function () {
  this.timeout(120_000);
  let lifeline: Lifeline;
  /** No API server is needed to render. */
  let plane: Pick<ControlPlane, 'helm'>;
  let program: string;
  let rules: Spec;

  before(async function () {
    program = await programOrSkip(this, 'promtool');
    this.timeout(0);
    const { helm } = await controlPlaneBinaries();
    lifeline = await openLifeline(path.join(tmpdir(), 'institution-sync-alerts-'));
    plane = { helm: (args) => runCommand(lifeline, helm, args, process.env) };
    rules = await rulesWith();
  });
  after(() => lifeline?.end());

  async function rulesWith(values: readonly string[] = []): Promise<Spec> {
    const objects = await render(plane, 'operators', ['prometheusRule.enabled=true', ...values]);
    return Spec.parse(objects.find(({ kind }) => kind === 'PrometheusRule')?.['spec']);
  }
  const alertsOf = ({ groups }: Spec) =>
    groups.flatMap((group) => group.rules).filter(({ alert }) => alert !== undefined);

  /** What promtool says to these expectations, under rules without annotations. */
  async function run(spec: Spec, test: object) {
    const groups = spec.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, annotations: {} })),
    }));
    const tests = { rule_files: ['rules.json'], evaluation_interval: '1m', tests: [test] };
    const files = {
      'rules.json': JSON.stringify({ groups }),
      'test.json': JSON.stringify(tests),
    };
    const { code, stdout, stderr } = await promtool(program, ['test', 'rules', 'test.json'], files);
    return { code, said: stdout + stderr };
  }

  it('are what promtool asks for', async () => {
    const args = ['check', 'rules', 'rules.json'];
    const { code, stdout, stderr } = await promtool(program, args, {
      'rules.json': JSON.stringify(rules),
    });
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout).to.include('13 rules found');
  });

  it('say each what is wrong, where, how urgent it is and where to read on', () => {
    for (const { alert, labels, annotations } of alertsOf(rules)) {
      expect(labels?.['severity'], alert).to.be.oneOf(['critical', 'warning', 'info']);
      expect(Object.keys(annotations ?? {}), alert).to.have.members([
        'summary',
        'description',
        'runbook_url',
      ]);
      expect(annotations?.['runbook_url']).to.equal(`docs/operations.md#${alert?.toLowerCase()}`);
    }
  });

  it('are each tried in a case in which they fire', () => {
    const tried = ALERT_CASES.flatMap(({ firing }) => firing.flatMap(([, alerts]) => alerts));
    const names = new Set(tried.map((text) => text.split(' ')[0]));
    expect([...names]).to.have.members(alertsOf(rules).map(({ alert }) => alert));
  });

  for (const { title, series, firing } of ALERT_CASES) {
    it(`fire as they should for ${title}`, async () => {
      const test = {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: firing.map(([minute, alerts]) => ({
          expr: 'count by (alertname, name) (ALERTS{alertstate="firing"})',
          eval_time: `${minute}m`,
          exp_samples: alerts.map((text) => {
            const [alert, name] = text.split(' ');
            const labels = name === undefined ? '' : `, name="${name}"`;
            return { labels: `{alertname="${alert}"${labels}}`, value: 1 };
          }),
        })),
      };
      const { code, said } = await run(rules, test);
      expect(code, said).to.equal(0);
    });
  }

  it('take matchers, labels, an objective and a promise of your own', async () => {
    const spec = await rulesWith([
      'prometheusRule.matchers=job="mine"',
      'prometheusRule.alertLabels.team=identity',
      'prometheusRule.freshness.objective=99.9,prometheusRule.freshness.syncSeconds=60',
      'prometheusRule.disabled[0]=InstitutionSyncInstitutionsSkipped',
      'leaderElection=false',
    ]);
    const alerts = alertsOf(spec);
    const names = alerts.map(({ alert }) => alert);
    expect(names).to.have.length(alertsOf(rules).length - 2);
    expect(names).to.not.include.members([
      'InstitutionSyncInstitutionsSkipped',
      'InstitutionSyncNoLeader',
    ]);
    for (const { alert, labels } of alerts) {
      expect(labels, alert).to.include({ team: 'identity' });
      expect(labels, alert).to.include.keys('severity');
    }
    const text = JSON.stringify(spec);
    const selectors = [
      ...text.matchAll(/(?:institution_sync|controller_runtime|leader_election)_\w+\{[^}]*/g),
    ];
    expect(selectors).to.have.length.above(10);
    // Those in descriptions follow from the alert's own labels.
    for (const [selector] of selectors) expect(selector).to.match(/job=\\"mine\\"|namespace='%s'/);
    expect(text).to.include('> 0.014400').and.include('99.9 percent').and.include(' + 60)');
    const files = { 'rules.json': text };
    const { code, stdout } = await promtool(program, ['check', 'rules', 'rules.json'], files);
    expect(code, stdout).to.equal(0);
  });
});
