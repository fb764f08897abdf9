import type { ControlPlane } from '../control-plane/start.ts';
import type { StoredObject } from './operator.ts';
import { watchObject } from './watch-object.ts';

/** What a user does with kubectl in one namespace. All reject with what kubectl said. */
export interface Client {
  readonly namespace: string;
  kubectl(...args: string[]): Promise<string>;
  apply(object: object): Promise<void>;
  createSecret(name: string, keys: Readonly<Record<string, string>>): Promise<void>;
  get(name: string): Promise<StoredObject>;
  patch(name: string, change: object): Promise<void>;
  annotate(name: string, annotation: string): Promise<void>;
  /** Watches until the object fits; rejects with what it was last after `timeoutMs`. */
  until(
    name: string,
    fits: (object: StoredObject) => boolean,
    timeoutMs?: number,
  ): Promise<StoredObject>;
  untilGone(name: string, timeoutMs?: number): Promise<void>;
}

export function openClient(plane: ControlPlane, namespace: string): Client {
  async function kubectl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await plane.kubectl(['-n', namespace, ...args]);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function apply(object: object): Promise<void> {
    const input = JSON.stringify(object);
    const { code, stderr } = await plane.kubectl(['-n', namespace, 'apply', '-f', '-'], { input });
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
  }

  return {
    namespace,
    kubectl,
    apply,
    createSecret: (name, keys) =>
      apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: keys }),
    async get(name) {
      return JSON.parse(await kubectl('get', 'isync', name, '-o', 'json')) as StoredObject;
    },
    async patch(name, change) {
      await kubectl('patch', 'isync', name, '--type=merge', '-p', JSON.stringify(change));
    },
    async annotate(name, annotation) {
      await kubectl('annotate', '--overwrite', 'isync', name, annotation);
    },
    until: (name, fits, timeoutMs = 60_000) => watchObject(plane, namespace, name, fits, timeoutMs),
    async untilGone(name, timeoutMs = 60_000) {
      await kubectl('wait', '--for=delete', `isync/${name}`, `--timeout=${timeoutMs / 1000}s`);
    },
  };
}
