import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process runs. One that has ended and only waits for its parent's notice does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Only Linux has /proc. The state stands behind the name, which ends with the last parenthesis.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') R');
  return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** Resolves when the process has ended; rejects when it still runs after `ms` milliseconds. */
export async function untilEnded(pid: number, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  while (await isRunning(pid)) {
    if (performance.now() > deadline) throw new Error(`Process ${pid} runs after ${ms} ms`);
    await sleep(20);
  }
}
