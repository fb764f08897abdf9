import fc from 'fast-check';
import { z } from 'zod';
import { auth0Urls } from '../../../src/api/auth0-settings.ts';
import { parseDuration } from '../../../src/api/duration.ts';
import { Fault } from '../../../src/api/fault.ts';
import { parseLimit } from '../../../src/api/limit.ts';
import { allowList, assertAllowed } from '../../../src/controller/allow-list.ts';
import {
  isReadable,
  readWatchedObject,
  type WatchedObject,
} from '../../../src/controller/watched-object.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { declared, judgeError, judgeMessage, must } from '../judge.ts';
import { mutated } from '../nasty.ts';

const OBJECT = {
  apiVersion: 'sync.timeshighereducation.com/v1alpha1',
  kind: 'InstitutionSync',
  metadata: {
    name: 'one',
    namespace: 'prod',
    uid: '8e4a3b0c-8d77-4c5b-9f3a-2d1f7a1c0b11',
    generation: 3,
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    annotations: { 'sync.timeshighereducation.com/requestedAt': 'now' },
  },
  spec: {
    nap: '30m',
    suspend: false,
    mode: 'Enforce',
    auth0: {
      domain: 'acme.eu.auth0.com',
      audience: 'https://acme.eu.auth0.com/api/v2/',
      tokenEndpoint: 'https://acme.eu.auth0.com/oauth/token',
      credentialsSecretRef: { name: 'auth0-credentials' },
      requestBudget: 50,
      connections: [{ name: 'Username-Password-Authentication', assignMembershipOnLogin: true }],
    },
    institutions: {
      endpoint: 'https://api.timeshighereducation.com/x?a=b',
      pageSize: 10,
      minimum: 1,
    },
    organizations: { prune: true, adopt: false, metadata: ['web', 'country'] },
    limits: { deletions: '5%', updates: 500 },
    driftInterval: '1h30m',
    deletionPolicy: 'Delete',
  },
  status: {
    observedGeneration: 2,
    lastSuccessTime: '2026-01-01T00:00:00Z',
    institutions: { total: 1, skipped: 0, digest: 'sha256:0' },
    heldChanges: { deletions: 1, updates: 0, planHash: 'sha256:0' },
    failures: [{ institutionId: 'i-1', operation: 'create', statusCode: 400, message: 'no' }],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Synced',
        message: 'ok',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  },
};

const lists = {
  auth0Domains: allowList(['*.auth0.com']),
  institutionHosts: allowList(['*.timeshighereducation.com']),
};

/** An InstitutionSync as a watch brings it, whatever the API server let through. */
export const resource = defineEdge<unknown>({
  name: 'resource',
  corpus: () => [
    ...corpusList<unknown>('resources.json'),
    ['deep', deep(20_000)],
    ['wide', { ...OBJECT, spec: { ...OBJECT.spec, ...wide(100_000) } }],
    ['many connections', withConnections(50_000)],
    ['long domain', withDomain('a.'.repeat(500_000))],
    ['long label', withDomain('a'.repeat(1_000_000))],
    ['long duration', { ...OBJECT, spec: { ...OBJECT.spec, nap: '1h'.repeat(500_000) } }],
  ],
  made: fc.oneof(
    { weight: 9, arbitrary: mutated(OBJECT) },
    { weight: 1, arbitrary: fc.jsonValue() },
  ),
  async attempt(input) {
    const object = readUnlessForeign(input);
    if (object === undefined) return;
    if (!isReadable(object)) {
      judgeError(object.invalid, Fault);
      return;
    }
    const { spec } = object;
    parseDuration(spec.nap);
    parseDuration(spec.driftInterval);
    parseLimit(spec.limits.deletions);
    const { host, managementApi, tokenEndpoint } = auth0Urls(spec);
    // What is judged by its text must be the host that a request goes to.
    const { host: asked, username, pathname } = new URL(managementApi);
    must(asked === host, `${JSON.stringify(host)} is asked at ${JSON.stringify(asked)}`);
    must(username === '' && pathname === '/api/v2', `${managementApi} is another address`);
    const hosts = { domain: host, tokenEndpoint, institutions: spec.institutions.endpoint };
    const allowed = await declared(() => {
      assertAllowed(hosts, lists);
      return true;
    }, Fault);
    if (allowed !== true) return;
    for (const url of [managementApi, tokenEndpoint]) {
      must(new URL(url).hostname.endsWith('.auth0.com'), `${url} is allowed`);
    }
    must(
      new URL(spec.institutions.endpoint).hostname.endsWith('.timeshighereducation.com'),
      'a source is allowed',
    );
    judgeMessage(host);
  },
});

/** What is no object of Kubernetes at all is refused by zod, in words that nobody is shown. */
function readUnlessForeign(input: unknown): WatchedObject | undefined {
  try {
    return readWatchedObject(input);
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

function withDomain(domain: string): unknown {
  return { ...OBJECT, spec: { ...OBJECT.spec, auth0: { ...OBJECT.spec.auth0, domain } } };
}

function withConnections(count: number): unknown {
  const connections = Array.from({ length: count }, (_, i) => ({ name: `-${i}` }));
  return { ...OBJECT, spec: { ...OBJECT.spec, auth0: { ...OBJECT.spec.auth0, connections } } };
}

function wide(keys: number): object {
  return Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key${i}`, null]));
}

function deep(levels: number): unknown {
  const nested: unknown = JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
  return { ...OBJECT, spec: { ...OBJECT.spec, institutions: nested }, status: nested };
}
