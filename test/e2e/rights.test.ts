import { expect } from 'chai';
import { z } from 'zod';
import { institutions } from '../sandbox/institutions.ts';
import { startAuditedPlane, type AuditedPlane, type AuditedRequest } from './audited-plane.ts';
import { NEEDED, NEEDED_FOR_ELECTION } from './controller-rights.ts';
import { isReady, startOperator, type Operator } from './operator.ts';
import { startSubject, type Subject } from './subject.ts';

const APPROVE = 'sync.timeshighereducation.com/approve';
const ALL = [...NEEDED, ...NEEDED_FOR_ELECTION].toSorted();

const Role = z.object({
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
    }),
  ),
});

/** The rights of these roles of the chart, as `verb resource.group/subresource`. */
async function granted(operator: Operator, ...roles: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    roles.map(async (role) =>
      Role.parse(JSON.parse(await operator.kubectl('get', role, '-ojson'))),
    ),
  );
  const rights = found.flatMap(({ rules }) =>
    rules.flatMap(({ apiGroups: [group = ''], resources, verbs }) =>
      resources.flatMap((resource) => {
        const [name, subresource] = resource.split('/');
        const target = [name, group].filter(Boolean).join('.');
        const below = subresource === undefined ? '' : `/${subresource}`;
        return verbs.map((verb) => `${verb} ${target}${below}`);
      }),
    ),
  );
  return rights.toSorted();
}

/** Gives the Secret another kind of credentials. */
async function rotate({ kubectl }: Operator, { auth0 }: Subject): Promise<void> {
  const change = {
    data: { AUTH0_CLIENT_ID: null, AUTH0_CLIENT_SECRET: null },
    stringData: { AUTH0_ACCESS_TOKEN: auth0.mintToken() },
  };
  const body = JSON.stringify(change);
  await kubectl('patch', 'secret', 'auth0-credentials', '--type=merge', '-p', body);
}

/** Everything that the controller ever does in the cluster. */
async function playAll(operator: Operator): Promise<void> {
  const rows = institutions(40);
  await using subject = await startSubject(operator, 'all', { rows });
  await subject.applied({ deletionPolicy: 'Delete' });
  subject.the.setRows(rows.slice(0, 30));
  const held = await subject.syncNow();
  const hash = held.status?.heldChanges?.planHash;
  await operator.annotate(subject.name, `${APPROVE}=${hash}`);
  await subject.until(({ status }) => status?.heldChanges === undefined);
  await subject.syncAfter(() => rotate(operator, subject));
  // What happens twice is one event, which is counted.
  for (let time = 0; time < 2; time += 1) {
    subject.the.setRows([]);
    await subject.syncNow();
    await subject.until((object) => isReady(object, 'False SourceInvalid'));
    subject.the.setRows(rows.slice(0, 30));
    await subject.syncNow();
    await subject.until((object) => isReady(object));
  }
  await operator.kubectl('delete', 'isync', subject.name, '--timeout=60s');
  await operator.controller.stop();
}

function used(requests: readonly AuditedRequest[]): readonly string[] {
  return [...new Set(requests.map(({ action }) => action))].toSorted();
}

describe("the controller's rights", function () {
  this.timeout(240_000);
  let audited: AuditedPlane;

  before(async () => {
    audited = await startAuditedPlane();
  });
  after(() => audited[Symbol.asyncDispose]());

  for (const [where, clusterWide, ...more] of [
    ['in the whole cluster', true],
    ['in one namespace', false],
    ['to one Secret', false, 'rbac.secretNames[0]=auth0-credentials'],
  ] as const) {
    it(`are those that it uses and that are documented, ${where}`, async () => {
      const { plane } = audited;
      const values = ['leaderElection=true', ...more];
      await using operator = await startOperator({ plane, clusterWide, values });
      const { namespace } = operator;
      await playAll(operator);

      const role = `${clusterWide ? 'clusterrole' : 'role'}/${namespace}-institution-sync`;
      const roles = [role, 'role/institution-sync-leader-election'];
      expect(await granted(operator, ...roles)).to.deep.equal(ALL);

      const requests = await audited.requestsOf(`${namespace}:institution-sync`);
      expect(used(requests)).to.deep.equal(ALL);
      expect(requests.filter(({ code }) => code === 403)).to.deep.equal([]);
      const everywhere = requests.filter((request) => request.namespace !== namespace);
      expect(used(everywhere)).to.deep.equal(
        clusterWide ? ALL.filter((action) => /^(list|watch) institutionsyncs/.test(action)) : [],
      );
    });
  }

  it('reach no Secret but those that are named', async () => {
    const { plane } = audited;
    const values = ['rbac.secretNames[0]=auth0-credentials'];
    await using operator = await startOperator({ plane, values });
    await using allowed = await startSubject(operator, 'allowed', { rows: institutions(3) });
    await using refused = await startSubject(operator, 'refused', { rows: institutions(3) });
    await allowed.applied();
    await operator.createSecret('other', { AUTH0_ACCESS_TOKEN: refused.auth0.mintToken() });
    await refused.apply({ auth0: { credentialsSecretRef: { name: 'other' } } });
    await refused.until((object) => isReady(object, 'False SecretNotFound'));
    await allowed.syncAfter(() => rotate(operator, allowed));
    expect(refused.auth0.requests.all()).to.deep.equal([]);
    const requests = await audited.requestsOf(`${operator.namespace}:institution-sync`);
    const denied = requests.filter(({ code }) => code === 403);
    expect(denied.map(({ name }) => name)).to.include('other');
    expect(denied.filter(({ name }) => name !== 'other')).to.deep.equal([]);
  });
});
