import { spawn } from 'node:child_process';

/** What npm said on standard output, whatever its exit code; undefined when it did not end in time. */
export async function runNpm(
  root: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], signal });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code !== null));
  });
  return ended ? Buffer.concat(chunks).toString() : undefined;
}
