import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { readManifest } from '../../../src/cli/plan/read-manifest.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { corpusFiles } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { CANARY, declared } from '../judge.ts';
import { brokenBytes, mutated } from '../nasty.ts';

const OBJECT = {
  apiVersion: 'sync.timeshighereducation.com/v1alpha1',
  kind: 'InstitutionSync',
  metadata: { name: 'one', namespace: 'prod' },
  spec: {
    auth0: { domain: 'acme.eu.auth0.com', credentialsSecretRef: { name: 'auth0-credentials' } },
  },
};
const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'auth0-credentials' },
  data: { AUTH0_CLIENT_ID: 'aWQ=' },
  stringData: { AUTH0_CLIENT_SECRET: CANARY },
};

const folder = mkdtempSync(join(tmpdir(), 'fuzz-manifest-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The file that `plan -f` is given. */
export const manifest = defineEdge<Uint8Array>({
  name: 'manifest',
  corpus: () => [
    ...corpusFiles('manifests'),
    ['deep brackets', Buffer.from('['.repeat(20_000))],
    ['deep brackets, closed', Buffer.from(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
    [
      'deep maps',
      Buffer.from(Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')),
    ],
    ['many documents', Buffer.from('a: 1\n---\n'.repeat(4_000))],
    ['many keys', Buffer.from(Array.from({ length: 3_000 }, (_, i) => `k${i}: v`).join('\n'))],
    ['long text', Buffer.from(`a: ${'x'.repeat(4_000_000)}`)],
    ['many connections', Buffer.from(stringify(withConnections(2_000)))],
    ['zeros', Buffer.alloc(100_000)],
  ],
  made: fc.oneof(
    brokenBytes([`${stringify(OBJECT)}---\n${stringify(SECRET)}`, JSON.stringify(OBJECT)]),
    fc
      .tuple(mutated(OBJECT), mutated(SECRET))
      .map(([object, secret]) =>
        Buffer.from(`${JSON.stringify(object)}\n---\n${JSON.stringify(secret)}\n`),
      ),
    mutated({ apiVersion: 'v1', kind: 'List', items: [OBJECT, SECRET] }).map((list) =>
      Buffer.from(JSON.stringify(list)),
    ),
  ),
  attempt(bytes) {
    const file = join(folder, 'manifest.yaml');
    writeFileSync(file, bytes);
    return declared(() => readManifest(file, undefined), UsageError);
  },
});

function withConnections(count: number): unknown {
  const connections = Array.from({ length: count }, (_, i) => ({ name: `-${i}` }));
  return { ...OBJECT, spec: { auth0: { ...OBJECT.spec.auth0, connections } } };
}
