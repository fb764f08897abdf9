import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { OPERATOR_SCOPES } from '../sandbox/auth0/scopes.ts';
import { certificates } from '../sandbox/certificates.ts';
import { startConnectProxy } from '../sandbox/connect-proxy.ts';
import { institutions } from '../sandbox/institutions.ts';
import { skipWithoutCluster } from './cluster.ts';
import { endLongSync, startLongSync } from './long-sync.ts';
import { startMotion, type Motion, type MovingTenant } from './motion.ts';
import { podsOf } from './pods.ts';
import { stretchesOf } from './writers.ts';

const ROWS = institutions(1000);
const ENTERPRISE = path.join(import.meta.dirname, '../../docs/enterprise.md');

const Line = z.object({ time: z.string() });

const Lists = z.strictObject({
  extraEnv: z.array(z.unknown()).optional(),
  extraVolumes: z.array(z.unknown()).optional(),
  extraVolumeMounts: z.array(z.unknown()).optional(),
});

/** The chart's values that docs/enterprise.md shows, for a proxy and for a private authority. */
async function documentedValues(): Promise<z.output<typeof Lists>> {
  const text = await readFile(ENTERPRISE, 'utf8');
  const blocks = Array.from(text.matchAll(/^```yaml\n(.*?)^```$/gms), ([, block = '']) => block);
  const values = blocks.flatMap((block) => Lists.safeParse(parse(block)).data ?? []);
  expect(values).to.have.length(2);
  return {
    extraEnv: values.flatMap(({ extraEnv = [] }) => extraEnv),
    extraVolumes: values.flatMap(({ extraVolumes = [] }) => extraVolumes),
    extraVolumeMounts: values.flatMap(({ extraVolumeMounts = [] }) => extraVolumeMounts),
  };
}

// Each test goes on where the one before has ended.
describe('a release whose values change, in a cluster that runs pods', function () {
  this.timeout(300_000);
  let motion: Motion;
  let tenant: MovingTenant;
  let count = 10;

  skipWithoutCluster();
  before(async () => {
    motion = await startMotion(1);
    const off = ['--set', 'leaderElection=false'];
    await motion.readme('helm install', motion.old, '-f', motion.values, ...off, '--wait');
    tenant = await motion.addTenant('universities', ROWS.slice(0, count));
    await tenant.apply();
    await tenant.untilEqual(ROWS.slice(0, count));
  });
  after(() => motion?.[Symbol.asyncDispose]());

  /** Upgrades by the README's command in the middle of a sync. */
  async function upgrade(...values: readonly string[]): Promise<void> {
    count += 100;
    await startLongSync(tenant, ROWS.slice(0, count));
    await motion.readme('helm upgrade', motion.old, ...values.flatMap((value) => ['--set', value]));
    await endLongSync(tenant, ROWS.slice(0, count));
  }

  /** The pods by name, with the times in milliseconds between which their controllers were there. */
  function lives(): ReadonlyMap<string, { readonly from: number; readonly to: number }> {
    const said = (log: string, message: string) => {
      const line = log.split('\n').find((each) => each.includes(`"message":"${message}"`));
      return line === undefined ? Infinity : Date.parse(Line.parse(JSON.parse(line)).time);
    };
    return new Map(
      Array.from(motion.cluster.agent.logs, ([pod, log]) => [
        pod,
        { from: said(log, 'controller started'), to: said(log, 'controller stopped') },
      ]),
    );
  }

  const writers = () => stretchesOf(motion.cluster.agent, tenant.auth0);
  const running = async () => (await podsOf(motion.home)).filter(({ ready }) => ready).length;

  for (const [what, replicas, ...values] of [
    ['are told to elect, and are two', 2, 'leaderElection=true', 'replicaCount=2'],
    ['elect by another Lease', 2, 'leaderElectionName=another'],
    ['elect no more, and are one', 1, 'leaderElection=false', 'replicaCount=1'],
  ] as const) {
    it(`has one writer at a time when its replicas ${what} during a sync`, async () => {
      const before = new Set(lives().keys());
      await upgrade(...values);
      expect(await running()).to.equal(replicas);
      writers();
      const all = [...lives()];
      const old = all.filter(([pod]) => before.has(pod)).map(([, { to }]) => to);
      const next = all.filter(([pod]) => !before.has(pod)).map(([, { from }]) => from);
      expect(next).to.have.length(replicas);
      expect(Math.min(...next)).to.be.above(Math.max(...old));
    });
  }

  it('goes through a proxy, trusts a private authority and signs with a key, as docs/enterprise.md says', async () => {
    await using proxy = await startConnectProxy({ credentials: 'user:p@ss' });
    const { ca } = await certificates();
    const { kubectl, createSecret } = motion.home;
    await createSecret('proxy', { url: `http://user:p%40ss@${proxy.host}` });
    await kubectl('create', 'configmap', 'authorities', `--from-literal=ca.pem=${ca}`);
    const file = path.join(motion.folder, 'enterprise.yaml');
    await writeFile(file, stringify(await documentedValues()));
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    tenant.auth0.addClient({ clientId: 'by-key', publicKey, scopes: OPERATOR_SCOPES });
    await tenant.client.kubectl('delete', 'secret', 'auth0-credentials');
    await tenant.client.createSecret('auth0-credentials', {
      AUTH0_CLIENT_ID: 'by-key',
      AUTH0_CLIENT_PRIVATE_KEY: privateKey,
    });
    await motion.readme('helm upgrade', motion.old, '-f', file);
    count += 100;
    await startLongSync(tenant, ROWS.slice(0, count));
    await endLongSync(tenant, ROWS.slice(0, count));
    expect(new Set(proxy.targets)).to.deep.equal(
      new Set([tenant.auth0.domain, new URL(tenant.the.endpoint).host]),
    );
    expect(proxy.refused()).to.equal(0);
    const log = [...motion.cluster.agent.logs.values()].join('');
    expect(log).to.not.match(/p%40ss|p@ss|PRIVATE KEY/);
    writers();
  });
});
