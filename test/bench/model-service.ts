import type { Organization } from '../../src/auth0/organization.ts';
import type { Endpoint } from '../../src/auth0/pacing/endpoint.ts';
import { createPacer } from '../../src/auth0/pacing/pacer.ts';
import type { Institution } from '../../src/institutions/institution.ts';
import { emptyMemory } from '../../src/sync/snapshot.ts';
import { sync } from '../../src/sync/sync.ts';
import type { Tenant } from '../../src/sync/tenant.ts';
import { PLANS } from '../sandbox/auth0/limits.ts';
import { createModelBucket } from '../unit/auth0/pacing/model-tenant.ts';
import type { VirtualClock } from '../unit/auth0/pacing/virtual-clock.ts';

/** An Enterprise tenant and THE as models, and the engine between them. */
export interface ModelService {
  /** One sync; the tenant is empty before the first. */
  sync(): Promise<void>;
  readonly requests: () => number;
  /** Answers with 429. */
  readonly refused: () => number;
}

export interface ModelOptions {
  readonly clock: VirtualClock;
  readonly institutions: number;
  /** Names to take in turn. */
  readonly names: readonly string[];
  readonly driftIntervalMs: number;
}

const LATENCY_MS = 80;
const PAGE = 50;

export function openModelService(options: ModelOptions): ModelService {
  const { clock, institutions: count, names, driftIntervalMs } = options;
  const signal = new AbortController().signal;
  const pacer = createPacer({ clock });
  const writes = bucketOf('writes', clock);
  const lists = bucketOf('list', clock);
  const memory = emptyMemory();
  let filled = false;
  let requests = 0;
  let refused = 0;

  function institutionAt(index: number): Institution {
    const turn = Math.floor(index / names.length);
    const name = names[index % names.length] ?? '';
    return {
      id: fresh(`i-${String(index).padStart(8, '0')}`),
      name: fresh(turn === 0 ? name : `${name} ${turn}`),
      fields: {},
    };
  }

  /** One request that waits for its leave and its answer; a 429 costs waiting. */
  async function ask(endpoint: Endpoint, until: AbortSignal): Promise<void> {
    const bucket = endpoint === 'list' ? lists : writes;
    for (;;) {
      const permit = await pacer.acquire(endpoint, 1, until);
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

  const tenant: Tenant = {
    requireScopes: async () => {},
    async *listOrganizations(until) {
      const total = filled ? count : 0;
      for (let from = 0; from === 0 || from < total; from += PAGE) {
        await ask('list', until);
        const rows = Math.max(0, Math.min(PAGE, total - from));
        yield Array.from({ length: rows }, (_, n) => organizationOf(institutionAt(from + n)));
      }
    },
    async createOrganization({ name, displayName }, until) {
      await ask('organizationWrites', until);
      return organizationOf({ id: name, name: displayName });
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

  const source = {
    list: async () => ({
      institutions: Array.from({ length: count }, (_, index) => institutionAt(index)),
      skipped: [],
      digest: 'sha256:0',
    }),
    requestCount: () => 0,
  };

  return {
    async sync() {
      const report = await sync(
        {
          id: 'bench',
          source,
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
            driftIntervalMs,
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
      if (report.outcome !== 'done') throw report.fault ?? new Error(report.outcome);
      filled = true;
    },
    requests: () => requests,
    refused: () => refused,
  };
}

function bucketOf(name: 'writes' | 'list', clock: VirtualClock) {
  const limit = PLANS.enterprise[name];
  if (limit === undefined) throw new Error(`no limit ${name}`);
  return createModelBucket(clock, { burst: limit.burst, rate: limit.perMinute / 60 });
}

/** As parsing makes them: a flat string of its own for each. */
function fresh(text: string): string {
  return Buffer.from(text).toString();
}

function organizationOf({ id, name }: Pick<Institution, 'id' | 'name'>): Organization {
  return {
    id: fresh(`org_${id.padStart(16, '0')}`),
    name: fresh(id),
    displayName: fresh(name),
    metadata: { institutionId: fresh(id) },
  };
}

function unused(): never {
  throw new Error('no such request is needed here');
}
