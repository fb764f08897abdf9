// One tenant of so many organizations on a virtual clock: prints what its syncs take, as JSON.
import { getHeapStatistics } from 'node:v8';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Organization } from '../../src/auth0/organization.ts';
import type { Endpoint } from '../../src/auth0/pacing/endpoint.ts';
import { createPacer } from '../../src/auth0/pacing/pacer.ts';
import type { Institution } from '../../src/institutions/institution.ts';
import type { SyncReport } from '../../src/sync/report.ts';
import { emptyMemory } from '../../src/sync/snapshot.ts';
import { sync } from '../../src/sync/sync.ts';
import type { Tenant } from '../../src/sync/tenant.ts';
import { PLANS } from '../sandbox/auth0/limits.ts';
import { institutions } from '../sandbox/institutions.ts';
import { createModelBucket } from '../unit/auth0/pacing/model-tenant.ts';
import { createVirtualClock } from '../unit/auth0/pacing/virtual-clock.ts';
import { residentMegabytes } from './process-usage.ts';

export interface ScaleFigures {
  readonly count: number;
  readonly firstSync: SyncFigures;
  /** The next one, that has to read all organizations again. */
  readonly drift: SyncFigures;
  readonly mostMegabytes: number;
  readonly heapLimitMegabytes: number;
}

interface SyncFigures {
  /** On the virtual clock. */
  readonly seconds: number;
  readonly requests: number;
  readonly refused: number;
  /** Of this processor, the model of the tenant included. */
  readonly cpuSeconds: number;
}

const LATENCY_MS = 80;
const PAGE = 50;
const NAMES = 100_000;

const count = Number(process.argv[2]);
const clock = createVirtualClock();
const signal = new AbortController().signal;
const pacer = createPacer({ clock });
const names = institutions(Math.min(NAMES, count)).map(({ name }) => name);
const writes = bucketOf('writes');
const lists = bucketOf('list');
let filled = false;
let requests = 0;
let refused = 0;

function bucketOf(name: 'writes' | 'list') {
  const limit = PLANS.enterprise[name];
  if (limit === undefined) throw new Error(`no limit ${name}`);
  return createModelBucket(clock, { burst: limit.burst, rate: limit.perMinute / 60 });
}

/** As parsing makes them: a flat string of its own for each. */
function fresh(text: string): string {
  return Buffer.from(text).toString();
}

function institutionAt(index: number): Institution {
  const turn = Math.floor(index / names.length);
  const name = names[index % names.length] ?? '';
  return {
    id: fresh(`i-${String(index).padStart(8, '0')}`),
    name: fresh(turn === 0 ? name : `${name} ${turn}`),
    fields: {},
  };
}

function organizationOf({ id, name }: Institution): Organization {
  const institutionId = fresh(id);
  return {
    id: fresh(`org_${id.padStart(16, '0')}`),
    name: fresh(id),
    displayName: fresh(name),
    metadata: { institutionId },
  };
}

/** One request that waits for its leave and its answer; a 429 costs waiting. */
async function ask(endpoint: Endpoint): Promise<void> {
  const bucket = endpoint === 'list' ? lists : writes;
  for (;;) {
    const permit = await pacer.acquire(endpoint, 1, signal);
    requests += 1;
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof bucket.take>>();
    clock.at(clock.now() + LATENCY_MS / 2, () => {
      const answer = bucket.take();
      clock.at(clock.now() + LATENCY_MS / 2, () => resolve(answer));
    });
    const { status, headers } = await promise;
    permit.answered(status, headers);
    if (status === 200) return;
    refused += 1;
  }
}

function unused(): never {
  throw new Error('no such request is needed here');
}

const tenant: Tenant = {
  requireScopes: async () => {},
  async *listOrganizations() {
    const total = filled ? count : 0;
    for (let from = 0; from === 0 || from < total; from += PAGE) {
      await ask('list');
      const rows = Math.max(0, Math.min(PAGE, total - from));
      yield Array.from({ length: rows }, (_, index) => organizationOf(institutionAt(from + index)));
    }
  },
  async createOrganization({ name, displayName }) {
    await ask('organizationWrites');
    return organizationOf({ id: name, name: displayName, fields: {} });
  },
  readOrganization: unused,
  readOrganizationByName: unused,
  updateOrganization: unused,
  deleteOrganization: unused,
  findConnection: unused,
  listEnabledConnections: unused,
  enableConnection: unused,
  requestCount: () => requests,
};

const memory = emptyMemory();

async function measure(): Promise<SyncFigures> {
  const startedAt = clock.now();
  const before = { requests, refused, cpu: process.cpuUsage() };
  const work = sync(
    {
      id: 'bench',
      source: {
        list: async () => ({
          institutions: Array.from({ length: count }, (_, index) => institutionAt(index)),
          skipped: [],
          digest: 'sha256:0',
        }),
        requestCount: () => 0,
      },
      tenant,
      memory,
      settings: {
        mode: 'Enforce',
        prune: true,
        adopt: true,
        fields: [],
        limits: {
          deletions: { kind: 'percent', value: 5 },
          updates: { kind: 'percent', value: 100 },
        },
        driftIntervalMs: 0,
        connections: [],
      },
      force: false,
      newSettings: false,
      approval: undefined,
      onApproved: async () => {},
      observer: { progress() {}, changed() {}, failed() {} },
      clock,
    },
    signal,
  );
  const report: SyncReport = await clock.run(work, nextTurn);
  if (report.outcome !== 'done') throw report.fault ?? new Error(report.outcome);
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    seconds: (clock.now() - startedAt) / 1000,
    requests: requests - before.requests,
    refused: refused - before.refused,
    cpuSeconds: (user + system) / 1e6,
  };
}

const firstSync = await measure();
filled = true;
const drift = await measure();
const figures: ScaleFigures = {
  count,
  firstSync,
  drift,
  mostMegabytes: (await residentMegabytes(process.pid)).most,
  heapLimitMegabytes: getHeapStatistics().heap_size_limit / 2 ** 20,
};
console.log(JSON.stringify(figures));
