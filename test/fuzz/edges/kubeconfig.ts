import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { openApiAccess } from '../../../src/kubernetes/api-access.ts';
import { KubernetesError } from '../../../src/kubernetes/kubernetes-error.ts';
import { KubeConfigError, loadKubeConfig } from '../../../src/kubernetes/load-kube-config.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { corpusFiles } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { CANARY, declared } from '../judge.ts';
import { brokenBytes, mutated } from '../nasty.ts';

const CONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    {
      name: 'c',
      cluster: {
        server: 'https://127.0.0.1:1',
        'proxy-url': 'http://127.0.0.1:1',
        'tls-server-name': 'k',
        'insecure-skip-tls-verify': false,
        'certificate-authority-data': 'LS0tLS1CRUdJTg==',
      },
    },
  ],
  users: [{ name: 'u', user: { token: CANARY, username: 'u', password: CANARY } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'n' } }],
  'current-context': 'x',
};

const folder = mkdtempSync(join(tmpdir(), 'fuzz-kubeconfig-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A kubeconfig, up to the first request, which goes nowhere. */
export const kubeconfig = defineEdge<Uint8Array>({
  name: 'kubeconfig',
  corpus: () => [
    ...corpusFiles('kubeconfigs'),
    ['deep brackets', Buffer.from('['.repeat(20_000))],
    ['long text', Buffer.from(`a: ${'x'.repeat(4_000_000)}`)],
    [
      'many contexts',
      Buffer.from(
        JSON.stringify({
          ...CONFIG,
          contexts: Array.from({ length: 20_000 }, (_, i) => ({
            name: `x${i}`,
            context: { cluster: 'c', user: 'u' },
          })),
        }),
      ),
    ],
  ],
  made: fc.oneof(
    brokenBytes([stringify(CONFIG), JSON.stringify(CONFIG)]),
    mutated(CONFIG).map((config) => Buffer.from(JSON.stringify(config))),
  ),
  async attempt(bytes) {
    const file = join(folder, 'config');
    writeFileSync(file, bytes);
    const before = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = file;
    try {
      await declared(
        async () => {
          const { kubeConfig } = loadKubeConfig();
          const server = kubeConfig.getCurrentCluster()?.server ?? '';
          // Nothing may leave this machine; its port 1 refuses.
          if (/^https?:\/\/127\.0\.0\.1:1\b/.test(server)) await ask(kubeConfig);
          else await openApiAccess({ kubeConfig, clock: systemClock, userAgent: 'fuzz' }).close();
        },
        KubeConfigError,
        KubernetesError,
      );
    } finally {
      if (before === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = before;
    }
  },
});

async function ask(kubeConfig: Parameters<typeof openApiAccess>[0]['kubeConfig']): Promise<void> {
  const access = openApiAccess({
    kubeConfig,
    clock: systemClock,
    userAgent: 'fuzz',
    timeoutMs: 2_000,
  });
  const at = {
    resource: { group: '', version: 'v1', plural: 'secrets' },
    namespace: 'n',
    name: 's',
  };
  try {
    await access.get(at, new AbortController().signal);
  } finally {
    await access.close();
  }
}
