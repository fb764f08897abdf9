import fc from 'fast-check';
import { z } from 'zod';
import { createExchange } from '../../../src/kubernetes/exchange.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { leaseSpec } from '../../../src/kubernetes/lease-record.ts';
import { ApiObject } from '../../../src/kubernetes/resource.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { declared, judgeError, must } from '../judge.ts';
import { longText, mutated, nastyText } from '../nasty.ts';

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

const STATUS = {
  kind: 'Status',
  status: 'Failure',
  message: 'secrets "a" not found',
  reason: 'NotFound',
  details: { name: 'a', kind: 'secrets', retryAfterSeconds: 1 },
  code: 404,
};
const LEASE = {
  metadata: { name: 'n', uid: 'u', resourceVersion: '1' },
  spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 1 },
};

/** Answers of the API server to what is no watch. */
export const kubernetesAnswer = defineEdge<Answer>({
  name: 'kubernetes-answer',
  corpus: () => [
    ...corpusList<Answer>('kubernetes-answers.json'),
    [
      'long message',
      { status: 403, body: JSON.stringify({ ...STATUS, message: 'x\u001b[2J'.repeat(200_000) }) },
    ],
    [
      'long reason',
      { status: 403, body: JSON.stringify({ ...STATUS, reason: 'R'.repeat(1_000_000) }) },
    ],
    ['no end', { status: 502, body: '<html>'.repeat(1_000_000) }],
    ['deep', { status: 200, body: `${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}` }],
  ],
  made: fc.record({
    status: fc.constantFrom(
      200,
      201,
      400,
      401,
      403,
      404,
      409,
      410,
      413,
      422,
      429,
      500,
      503,
      504,
      999,
    ),
    retryAfter: nastyText,
    body: fc.oneof(
      fc
        .constantFrom<object>(STATUS, LEASE)
        .chain(mutated)
        .map((body) => JSON.stringify(body)),
      longText,
    ),
  }),
  async attempt({ status, retryAfter, body }) {
    const { exchange } = answering(status, retryAfter, body);
    const at = {
      resource: { group: '', version: 'v1', plural: 'secrets' },
      namespace: 'n',
      name: 's',
    };
    const found = await declared(async () => {
      try {
        return await exchange.json(
          { method: 'GET', verb: 'read', at },
          ApiObject,
          new AbortController().signal,
        );
      } catch (error) {
        judgeError(error, KubernetesError);
        const { retryAfterMs = 0, reason } = error as KubernetesError;
        must(Number.isFinite(retryAfterMs) && retryAfterMs >= 0, `a wait of ${retryAfterMs} ms`);
        // Part of metrics and of log fields.
        must(reason.length <= 100, `a reason of ${reason.length} characters`);
        throw error;
      }
    }, KubernetesError);
    if (found === undefined) return;
    z.looseObject({}).parse(leaseSpec(found));
  },
});

function answering(statusCode: number, retryAfter: string | undefined, text: string) {
  const connection = {
    server: 'https://api.example',
    send: async () => ({ statusCode, headers: { 'retry-after': retryAfter }, body: chunks(text) }),
    close: async () => {},
  };
  const exchange = createExchange({
    connection,
    clock: systemClock,
    userAgent: 'fuzz',
    timeoutMs: 5_000,
    onRequest() {},
  });
  return { exchange };
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
