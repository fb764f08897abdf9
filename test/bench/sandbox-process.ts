import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));

const Places = z.object({
  domain: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  institutionsEndpoint: z.string(),
  control: z.string(),
  caFile: z.string(),
});

/** Both services as a process of their own, so that they take no time of those who measure. */
export interface SandboxProcess extends AsyncDisposable, z.infer<typeof Places> {
  /** Asks the control API. */
  command(path: string, body: object): Promise<void>;
}

/** Starts them with these flags of test/sandbox/main.ts. */
export async function startSandboxes(flags: readonly string[]): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [MAIN, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, 'line')) as [string];
  const places = Places.parse(JSON.parse(first));
  return {
    ...places,
    async command(path, body) {
      const answer = await fetch(new URL(path, places.control), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
