import { expect } from 'chai';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { CHART } from './chart.ts';

describe('chart, with wrong values', () => {
  let plane: ControlPlane;

  before(async function () {
    this.timeout(60_000);
    plane = await sharedControlPlane();
  });

  for (const value of [
    'unknown=1',
    'image.tagg=1',
    'image.digest=latest',
    'image.repository=',
    'image.pullPolicy=Sometimes',
    'replicaCount=-1',
    'replicaCount=two',
    'logLevel=verbose',
    'leaderElection=maybe',
    'leaderElectionName=Shard A',
    'concurrency=0',
    'watchNamespace=Team_A',
    'allowedAuth0Domains=',
    'allowedAuth0Domains=https://acme.auth0.com/',
    'allowedInstitutionHosts=a b',
    'crds.keeep=false',
    'rbac.aggregateToView=1',
    'metrics.service.port=0',
    'metrics.serviceMonitor=true',
    'metrics.serviceMonitor.interval=often',
    'metrics.podMonitor.label=a',
    'prometheusRule.matchers=job',
    'prometheusRule.runbookUrl=a#b',
    'prometheusRule.freshness.objective=100',
    'prometheusRule.freshness.syncSeconds=0',
    'grafanaDashboard.enabled=1',
    'extraArgs=--a',
    'podDisruptionBudget.minAvailable=200%',
    'networkPolicy.enable=true',
    'networkPolicy.dns.ports[0]=dns',
    'networkPolicy.https.port=443',
    'networkPolicy.metrics.from=monitoring',
    'networkPolicy.apiServer.to[0].ipBlock.cidr=10.0.0.1',
    'rbac.secretNames[0]=Auth0_Credentials',
    'extraEnv[0].nam=a',
    'tolerations[0].effect=Never',
    'topologySpreadConstraints[0].maxSkew=0',
  ]) {
    it(`refuses ${value} and names it`, async () => {
      const { code, stderr } = await plane.helm(['template', 'x', CHART, '--set', value]);
      expect(code).to.equal(1);
      expect(stderr).to.include("don't meet the specifications of the schema");
      const names = (value.split('=')[0] ?? '').replaceAll(/\[(\d+)\]/g, '.$1').split('.');
      expect(stderr).to.satisfy(
        (text: string) =>
          text.includes(`'/${names.join('/')}'`) || text.includes(`'${names.at(-1)}' not allowed`),
      );
    });
  }
});
