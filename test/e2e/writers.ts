import { expect } from 'chai';
import { z } from 'zod';
import type { NodeAgent } from '../node-agent/start.ts';
import type { RequestRecord } from '../sandbox/request-log.ts';
import type { Auth0Sandbox } from '../sandbox/auth0/start.ts';

const Line = z.object({
  message: z.string(),
  sync: z.string().optional(),
  operation: z.string().optional(),
});

/** The stretch of time in which one pod wrote to the tenant. */
export interface Stretch {
  readonly pod: string;
  readonly from: number;
  readonly to: number;
}

const METHODS: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PATCH',
  delete: 'DELETE',
};

/**
 * Whose each write in the tenant's log is, by the sync that the pods' logs tell of. Fails when a
 * write is nobody's, when a pod logged a change that was not made or kept one to itself, and when two
 * pods wrote at the same time.
 */
export function stretchesOf(agent: NodeAgent, auth0: Auth0Sandbox): readonly Stretch[] {
  const writes = auth0.requests
    .all()
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v2/organizations'));
  const podOf = new Map<string, string>();
  const logged: Record<string, number> = {};
  const syncs = new Set(writes.map(({ correlationId }) => correlationId));
  for (const [pod, text] of agent.logs) {
    for (const line of text.split('\n').flatMap(parseLine)) {
      if (line.sync === undefined || !syncs.has(line.sync)) continue;
      podOf.set(line.sync, pod);
      const method = METHODS[line.operation ?? ''];
      if (line.message !== 'organization changed' || method === undefined) continue;
      logged[method] = (logged[method] ?? 0) + 1;
    }
  }
  expect(logged, 'changes in the logs').to.deep.equal(changesIn(writes));

  const stretches: Stretch[] = [];
  for (const { correlationId = '', at } of writes) {
    const pod = podOf.get(correlationId);
    if (pod === undefined) throw new Error(`The write of sync ${correlationId} is nobody's`);
    const last = stretches.at(-1);
    if (last?.pod === pod) stretches.splice(-1, 1, { ...last, to: at });
    else stretches.push({ pod, from: at, to: at });
  }
  const pods = stretches.map(({ pod }) => pod);
  expect(pods, 'writers in turn').to.deep.equal([...new Set(pods)]);
  return stretches;
}

function changesIn(writes: readonly RequestRecord[]): Readonly<Record<string, number>> {
  const changes: Record<string, number> = {};
  for (const { method, status } of writes) {
    if (status < 200 || status >= 300) continue;
    changes[method] = (changes[method] ?? 0) + 1;
  }
  return changes;
}

function parseLine(text: string): z.output<typeof Line>[] {
  if (!text.startsWith('{')) return [];
  const { data } = Line.safeParse(JSON.parse(text));
  return data ? [data] : [];
}
