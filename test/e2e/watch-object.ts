import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlPlane } from '../control-plane/start.ts';
import type { StoredObject } from './operator.ts';

/**
 * Watches one InstitutionSync with kubectl until it fits. Rejects with the object as it was last
 * when that takes longer than `timeoutMs`.
 */
export async function watchObject(
  plane: ControlPlane,
  namespace: string,
  name: string,
  fits: (object: StoredObject) => boolean,
  timeoutMs: number,
): Promise<StoredObject> {
  const child = spawn(
    plane.binaries.kubectl,
    // As a list of one: of a single object kubectl loses what changes before its watch has begun.
    ['-n', namespace, 'get', 'isync', `--field-selector=metadata.name=${name}`, '-o', 'json', '-w'],
    {
      // Without a home, kubectl leaves its cache in the working directory.
      env: { KUBECONFIG: plane.kubeconfig, HOME: path.dirname(plane.kubeconfig) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let document = '';
  let last: StoredObject | undefined;
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const timer = setTimeout(() => child.kill(), timeoutMs);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      document += `${line}\n`;
      // kubectl indents what is inside a document, so this brace ends it.
      if (line !== '}') continue;
      last = JSON.parse(document) as StoredObject;
      document = '';
      if (fits(last)) return last;
    }
  } finally {
    clearTimeout(timer);
    child.kill();
  }
  throw new Error(
    `${name} did not become what was expected in ${timeoutMs} ms: ${said} ${JSON.stringify(last?.status, null, 2)}`,
  );
}
