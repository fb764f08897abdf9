import fc from 'fast-check';
import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { followWatch } from '../../../src/kubernetes/watch.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { corpusFiles } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { declared, must } from '../judge.ts';
import { brokenBytes, inPieces, mutated } from '../nasty.ts';

interface Stream {
  readonly bytes: Uint8Array;
  readonly sizes: readonly number[];
}

const EVENT = {
  type: 'MODIFIED',
  object: {
    metadata: { name: 'n', namespace: 'x', uid: 'u', resourceVersion: '8' },
    spec: { nap: '1h' },
  },
};
const BOOKMARK = {
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
};
const EXPIRED = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    code: 410,
    reason: 'Expired',
    message: 'too old resource version',
    details: { retryAfterSeconds: 1 },
  },
};
const LINES = `${[EVENT, BOOKMARK, EXPIRED].map((event) => JSON.stringify(event)).join('\n')}\n`;

/** The lines of a watch of the API server, however the network cuts them. */
export const watchLines = defineEdge<Stream>({
  name: 'watch-lines',
  corpus: () => [
    ...corpusFiles('watches').flatMap(([label, bytes]) => [
      [label, { bytes, sizes: [1] }] as const,
      [label, { bytes, sizes: [65_536] }] as const,
    ]),
    ['no line end', { bytes: Buffer.alloc(20_000_000, 'a'), sizes: [65_536] }],
    ['line ends', { bytes: Buffer.alloc(5_000_000, '\n'), sizes: [65_536] }],
    [
      'deep',
      {
        bytes: Buffer.from(
          `{"type":"ADDED","object":${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}}\n`,
        ),
        sizes: [65_536],
      },
    ],
    [
      'long message',
      {
        bytes: Buffer.from(
          `${JSON.stringify({ type: 'ERROR', object: { code: 500, message: 'x\u001b'.repeat(500_000) } })}\n`,
        ),
        sizes: [65_536],
      },
    ],
  ],
  made: fc.record({
    bytes: fc.oneof(
      brokenBytes([LINES]),
      fc
        .array(fc.constantFrom(EVENT, BOOKMARK, EXPIRED).chain(mutated), { maxLength: 4 })
        .map((events) => Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))),
    ),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
  }),
  async attempt({ bytes, sizes }) {
    const access = {
      server: 'https://api.example',
      watch: async () => inPieces(bytes, sizes),
    } as unknown as ApiAccess;
    const options = {
      access,
      selection: { resource: { group: '', version: 'v1', plural: 'secrets' } },
      resourceVersion: '7',
      timeoutSeconds: 300,
      silence: { answerMs: 60_000, marginMs: 60_000, bookmarkMs: 60_000 },
      clock: systemClock,
      onHeard() {},
      onEvent(event: {
        readonly object: { readonly metadata: { readonly resourceVersion: string } };
      }) {
        must(
          typeof event.object.metadata.resourceVersion === 'string',
          'an event without a version',
        );
      },
    };
    await declared(() => followWatch(options, new AbortController().signal), KubernetesError);
  },
});
