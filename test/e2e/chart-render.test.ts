import { expect } from 'chai';
import { z } from 'zod';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { CHART, helm, namesOf, podOf, render } from './chart.ts';

const Rules = z.object({
  rules: z.array(
    z.object({ resources: z.array(z.string()), resourceNames: z.array(z.string()).optional() }),
  ),
});

const Port = z.object({ port: z.union([z.number(), z.string()]), protocol: z.string() });
const NetworkPolicy = z.object({
  spec: z.object({
    podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    policyTypes: z.array(z.string()),
    ingress: z.array(z.object({ ports: z.array(Port), from: z.array(z.unknown()).optional() })),
    egress: z.array(z.object({ ports: z.array(Port), to: z.array(z.unknown()).optional() })),
  }),
});

describe('chart, rendered', () => {
  let plane: ControlPlane;
  let namespace: string;

  before(async function () {
    this.timeout(60_000);
    plane = await sharedControlPlane();
    namespace = await plane.createNamespace('chart');
  });

  it('has the objects of the contract by default', async () => {
    expect(namesOf(await render(plane, namespace))).to.deep.equal([
      `ClusterRole ${namespace}-institution-sync`,
      `ClusterRole ${namespace}-institution-sync-edit`,
      `ClusterRole ${namespace}-institution-sync-view`,
      `ClusterRoleBinding ${namespace}-institution-sync`,
      'CustomResourceDefinition institutionsyncs.sync.timeshighereducation.com',
      `Deployment ${namespace}/institution-sync`,
      `Role ${namespace}/institution-sync-leader-election`,
      `RoleBinding ${namespace}/institution-sync-leader-election`,
      `Service ${namespace}/institution-sync-metrics`,
      `ServiceAccount ${namespace}/institution-sync`,
    ]);
  });

  it('has the Deployment alone when all else is switched off', async () => {
    const objects = await render(plane, namespace, [], 'nothing');
    expect(namesOf(objects)).to.deep.equal([`Deployment ${namespace}/institution-sync`]);
    expect(podOf(objects).spec).to.include({ serviceAccountName: 'other' });
  });

  it('gives the controller its flags', async () => {
    const { container } = podOf(await render(plane, namespace));
    expect(container?.image).to.equal('institution-sync:0.1.0');
    expect(container?.args).to.deep.equal([
      'controller',
      '--metrics-bind-address=:8080',
      '--health-probe-bind-address=:8081',
      '--log-level=info',
      '--allowed-auth0-domains=*.auth0.com',
      '--allowed-institution-hosts=*.timeshighereducation.com',
      '--leader-elect',
      '--leader-elect-name=institution-sync',
    ]);
  });

  it('gives the controller the flags of all values, unchanged', async () => {
    const namespaces = [String.raw`watchNamespace= a \,b\,a`];
    const objects = await render(plane, namespace, namespaces, 'everything');
    const { container, deployment, labels } = podOf(objects);
    expect(container?.image).to.equal(`registry.example/institution-sync@sha256:${'0'.repeat(64)}`);
    expect(container?.args.slice(3)).to.deep.equal([
      '--log-level=debug',
      '--allowed-auth0-domains=*.auth0.com, login.acme.example:8443',
      '--allowed-institution-hosts=*.timeshighereducation.com',
      '--watch-namespace=a,b',
      '--watch-label-selector=shard in (a, b)',
      '--concurrency=8',
      '--leader-elect',
      '--leader-elect-name=all-of-it',
      '--one=two words',
    ]);
    expect(deployment.replicas).to.equal(2);
    expect(labels).to.deep.equal({
      'app.kubernetes.io/name': 'sync',
      'app.kubernetes.io/instance': 'institution-sync',
      c: 'd',
    });
    const names = namesOf(objects);
    expect(names).to.include('ConfigMap map-of-institution-sync');
    expect(names).to.include('ConfigMap text-of-institution-sync');
  });

  it('never runs two controllers at once without leader election', async () => {
    const { deployment, container } = podOf(
      await render(plane, namespace, ['leaderElection=false']),
    );
    expect(deployment.strategy).to.deep.equal({ type: 'Recreate' });
    expect(container?.args).to.not.include('--leader-elect');
    const args = ['template', 'x', CHART, '--set', 'leaderElection=false,replicaCount=2'];
    const { code, stderr } = await plane.helm(args);
    expect(code).to.equal(1);
    expect(stderr).to.include('replicaCount above 1 needs leaderElection: true');
  });

  it('has roles in the watched namespaces alone when there are any', async () => {
    const names = namesOf(
      await render(plane, 'home', [String.raw`watchNamespace=a\,b`, 'rbac.aggregateToView=false']),
    );
    expect(names.filter((name) => name.includes('Role'))).to.deep.equal([
      'ClusterRole home-institution-sync-edit',
      'Role a/home-institution-sync',
      'Role b/home-institution-sync',
      'Role home/institution-sync-leader-election',
      'RoleBinding a/home-institution-sync',
      'RoleBinding b/home-institution-sync',
      'RoleBinding home/institution-sync-leader-election',
    ]);
  });

  it('keeps the CustomResourceDefinition unless told otherwise', async () => {
    for (const [values, policy] of [
      [[], 'keep'],
      [['crds.keep=false'], undefined],
    ] as const) {
      const objects = await render(plane, namespace, values);
      const crd = objects.find(({ kind }) => kind === 'CustomResourceDefinition');
      const { annotations } = z
        .object({ annotations: z.record(z.string(), z.string()).optional() })
        .parse(crd?.metadata);
      expect(annotations?.['helm.sh/resource-policy']).to.equal(policy);
    }
  });

  it('has what Prometheus Operator and Grafana find, where and as they look for it', async () => {
    const objects = await render(plane, namespace, [], 'everything');
    const of = (kind: string) => objects.find((object) => object.kind === kind);
    const endpoint = { port: 'metrics', path: '/metrics', honorLabels: true };
    expect(of('ServiceMonitor')?.['spec']).to.deep.include({
      namespaceSelector: { matchNames: [namespace] },
      endpoints: [{ ...endpoint, interval: '30s', scrapeTimeout: '10s' }],
    });
    expect(of('ServiceMonitor')?.metadata).to.deep.include({ annotations: { q: 'r' } });
    expect(of('ServiceMonitor')?.metadata['labels']).to.include({ release: 'prometheus' });
    const relabelings = [{ action: 'labeldrop', regex: 'pod' }];
    expect(of('PodMonitor')?.['spec']).to.deep.include({
      podMetricsEndpoints: [{ ...endpoint, relabelings }],
    });
    const dashboard = objects.find(({ metadata }) => metadata.name.endsWith('-dashboard'));
    expect(dashboard?.metadata).to.deep.include({ annotations: { grafana_folder: 'Identity' } });
    expect(dashboard?.metadata['labels']).to.include({ grafana_dashboard: '1' });
    expect(JSON.stringify(of('PrometheusRule'))).to.include(
      '"runbook_url":"https://docs.example/operations#institutionsyncstalled"',
    );
  });

  it('says that a ServiceMonitor needs the Service', async () => {
    const values = 'metrics.serviceMonitor.enabled=true,metrics.service.enabled=false';
    const { code, stderr } = await plane.helm(['template', 'x', CHART, '--set', values]);
    expect(code).to.equal(1);
    expect(stderr).to.include('metrics.serviceMonitor.enabled needs metrics.service.enabled: true');
  });

  it('reads no Secret but those that are named, where it is told their names', async () => {
    for (const set of ['namespaced', 'everything']) {
      const objects = await render(plane, namespace, [], set);
      const rules = objects.flatMap((object) => Rules.safeParse(object).data?.rules ?? []);
      const ofSecrets = rules.filter(({ resources }) => resources.includes('secrets'));
      expect(ofSecrets.length).to.be.above(0);
      for (const { resourceNames } of ofSecrets) {
        expect(resourceNames).to.include('auth0-credentials');
      }
    }
  });

  it('lets the controller reach nothing that its NetworkPolicy does not name', async () => {
    const objects = await render(plane, namespace, [], 'namespaced');
    const policy = objects.find(({ kind }) => kind === 'NetworkPolicy');
    const { podSelector, policyTypes, ingress, egress } = NetworkPolicy.parse(policy).spec;
    expect(podSelector.matchLabels).to.deep.equal(podOf(objects).labels);
    expect(policyTypes).to.deep.equal(['Ingress', 'Egress']);
    expect(ingress.map(({ ports }) => ports.map(({ port }) => port))).to.deep.equal([['metrics']]);
    expect(ingress.every(({ from }) => from?.length === 1)).to.equal(true);
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).to.deep.equal([
      [53, 53],
      [443, 6443],
      [443],
    ]);
    expect(egress.every(({ to }) => to?.length === 1)).to.equal(true);
  });

  it('names its objects as helm users expect', async () => {
    for (const [release, values, name] of [
      ['institution-sync', '', 'institution-sync'],
      ['my', '', 'my-institution-sync'],
      ['my', 'nameOverride=x', 'my-x'],
      ['my', 'fullnameOverride=y', 'y'],
      ['my-institution-sync', '', 'my-institution-sync'],
    ] as const) {
      const args = ['template', release, CHART, '--show-only', 'templates/deployment.yaml'];
      const text = await helm(plane, ...args, '--set', values);
      expect(text).to.match(new RegExp(`^  name: ${name}$`, 'm'));
    }
  });
});
