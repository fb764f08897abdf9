import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { LuaFactory, type LuaEngine } from 'wasmoon';
import { parse } from 'yaml';
import { Fault } from '../../../src/api/fault.ts';
import { FAULT_REASONS, isStalling, type FaultReason } from '../../../src/api/reasons.ts';
import type { InstitutionSyncStatus } from '../../../src/api/status.ts';
import type { Facts } from '../../../src/controller/facts.ts';
import { statusOf } from '../../../src/controller/status.ts';
import { nothingApplied } from '../../../src/sync/report.ts';
import { report, watched } from './objects.ts';

const NO_CHANGES = { renames: [], creations: [], updates: [], removals: [] };
const NO_DECISION = { allowed: NO_CHANGES, held: undefined, approved: undefined };
const HELD = { deletions: 3, updates: 0, planHash: 'sha256:2', changes: NO_CHANGES };

const synced: Facts = { kind: 'synced', report: report() };
const running: Facts = { kind: 'running', progress: undefined };

function failed(reason: FaultReason): Facts {
  return { kind: 'blocked', fault: new Fault(reason, `because of ${reason}`) };
}

function decided(changes: object): Facts {
  const decision = { ...NO_DECISION, planned: undefined, ...changes };
  return { kind: 'synced', report: report({ decision }) };
}

/** The status after one thing has happened after the other. */
function statusAfter(...all: readonly Facts[]): InitialStatus {
  let status: InitialStatus;
  for (const facts of all) {
    const times = { now: Date.parse('2026-02-01T00:00:00Z'), next: undefined };
    status = statusOf(facts, watched(status === undefined ? {} : { status }), times, undefined);
  }
  return status;
}
type InitialStatus = InstitutionSyncStatus | undefined;

const PARTLY: Facts = {
  kind: 'synced',
  report: report({ applied: { ...nothingApplied(), failed: 1 } }),
};

const STATES: readonly (readonly [
  what: string,
  status: InitialStatus,
  argo: string,
  kstatus: string,
])[] = [
  ['nobody has looked at it', undefined, 'Progressing', 'Current'],
  ['its first sync runs', statusAfter(running), 'Progressing', 'InProgress'],
  ['it is equal', statusAfter(running, synced), 'Healthy', 'Current'],
  ['a routine sync runs', statusAfter(synced, running), 'Healthy', 'Current'],
  ['it is planned', statusAfter(decided({ planned: NO_CHANGES })), 'Healthy', 'Current'],
  ['changes are held', statusAfter(decided({ held: HELD })), 'Suspended', 'Current'],
  ['it is suspended', statusAfter(synced, { kind: 'suspended' }), 'Suspended', 'Current'],
  ['some changes were refused', statusAfter(PARTLY), 'Degraded', 'InProgress'],
  [
    'it is for older settings',
    { ...statusAfter(synced), observedGeneration: 1 },
    'Progressing',
    'InProgress',
  ],
  ...FAULT_REASONS.flatMap((reason) => {
    const kstatus = isStalling(reason) ? 'Failed' : 'InProgress';
    return [
      [`it fails with ${reason}`, statusAfter(synced, failed(reason)), 'Degraded', kstatus],
      [
        `${reason} is being retried`,
        statusAfter(synced, failed(reason), running),
        'Degraded',
        kstatus,
      ],
    ] as const;
  }),
];

describe('the health of an object for GitOps, when', () => {
  let lua: LuaEngine;
  let check: string;

  before(async () => {
    const page = readFileSync(new URL('../../../docs/gitops.md', import.meta.url), 'utf8');
    const block = /```yaml\n(data:[^]*?)```/.exec(page)?.[1] ?? '';
    const { data } = parse(block) as { data: Record<string, string> };
    check =
      data['resource.customizations.health.sync.timeshighereducation.com_InstitutionSync'] ?? '';
    lua = await new LuaFactory().createEngine();
  });
  after(() => lua.global.close());

  async function argo(object: object): Promise<{ status: string; message: string }> {
    return lua.doString(`local obj = ${luaTable(object)}\n${check}`) as Promise<{
      status: string;
      message: string;
    }>;
  }

  for (const [what, status, health, kstatus] of STATES) {
    it(`${what}: ${health} for Argo CD, ${kstatus} for kstatus`, async () => {
      const { metadata } = watched();
      const object = { metadata, ...(status === undefined ? {} : { status }) };
      const shown = await argo(object);
      expect(shown.status).to.equal(health);
      expect(shown.message).to.be.a('string').and.not.equal('');
      expect(kstatusOf(metadata.generation, status)).to.equal(kstatus);
    });
  }

  it('it is being deleted: Progressing for Argo CD', async () => {
    const deletionTimestamp = '2026-02-01T00:00:00Z';
    const { metadata } = watched();
    const object = { metadata: { ...metadata, deletionTimestamp }, status: statusAfter(synced) };
    expect((await argo(object)).status).to.equal('Progressing');
  });
});

/** The rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus/status), in their order. */
function kstatusOf(generation: number, status: InitialStatus): string {
  if (status?.observedGeneration !== undefined && status.observedGeneration !== generation) {
    return 'InProgress';
  }
  for (const { type, status: value } of status?.conditions ?? []) {
    if (type === 'Reconciling' && value === 'True') return 'InProgress';
    if (type === 'Stalled' && value === 'True') return 'Failed';
  }
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'Current';
  return ready.status === 'True' ? 'Current' : 'InProgress';
}

/** Data as a literal of Lua, so that it is a table as Argo CD gives one. */
function luaTable(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(luaTable).join(', ')}}`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, each]) => each !== undefined);
    return `{${fields.map(([key, each]) => `[${JSON.stringify(key)}] = ${luaTable(each)}`).join(', ')}}`;
  }
  return value === null ? 'nil' : JSON.stringify(value);
}
