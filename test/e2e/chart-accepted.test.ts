import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { rendering, renderingFile, valueSets } from '../../scripts/generate/renderings.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { CHART, helm, kubectl, podOf, render, type KubernetesObject } from './chart.ts';
import { installMonitoringCrds } from './monitoring-crds.ts';

const ROOT = path.join(import.meta.dirname, '../..');

describe('chart, before the API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  /** A namespace that accepts only pods that are `restricted`, and warns of others. */
  let namespace: string;

  before(async () => {
    plane = await sharedControlPlane();
    namespace = await plane.createNamespace('chart');
    await installMonitoringCrds(plane);
    const policy = ['enforce', 'warn'].map(
      (mode) => `pod-security.kubernetes.io/${mode}=restricted`,
    );
    await kubectl(plane, 'label', 'namespace', namespace, ...policy);
    for (const name of ['team-a', 'team-b']) {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await plane.kubectl(['apply', '-f', '-'], { input });
    }
  });

  /** What the API server says to these objects, without keeping any. */
  function dryRun(objects: readonly unknown[]) {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const args = ['apply', '--server-side', '--force-conflicts'];
    return plane.kubectl([...args, '--dry-run=server', '-f', '-'], { input });
  }

  function podFrom(objects: readonly KubernetesObject[]) {
    const { labels, spec } = podOf(objects);
    return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', namespace, labels }, spec };
  }

  it('has nothing that helm lint complains about', async () => {
    expect(await helm(plane, 'lint', '--strict', CHART)).to.include('0 chart(s) failed');
  });

  for (const set of valueSets()) {
    it(`is accepted by the API server under policy restricted with the values ${set}`, async () => {
      const objects = await render(plane, namespace, [], set);
      const { code, stderr } = await dryRun([...objects, podFrom(objects)]);
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
    });

    it(`makes the same of the values ${set} as it did before`, async () => {
      const before = await readFile(path.join(ROOT, renderingFile(set)), 'utf8');
      const now = await rendering(plane.binaries.helm, set);
      expect(now, 'Look at the difference; if it is wanted, run: npm run generate').to.equal(
        before,
      );
    });
  }

  it('would not be accepted if it were less restricted', async () => {
    const objects = await render(plane, namespace, [
      'securityContext.allowPrivilegeEscalation=true',
    ]);
    const { code, stderr } = await dryRun([podFrom(objects)]);
    expect(code).to.equal(1);
    expect(stderr).to.include('violates PodSecurity "restricted');
  });
});
