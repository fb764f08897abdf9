/** Settings of V8 that keep a long-running process small. */
const FLAGS = [
  // Two halves of 2 MB for new objects. By default they grow to 16 MB each and stay so, which an idle
  // controller has no use for; with 1 MB, what a request leaves behind outlives its collection.
  '--max-semi-space-size=2',
  // Garbage is collected once it is a fifth of what is in use. By default it may be several times as
  // much: a tenant of 100,000 then takes 230 MB. With a third, reading it again took 187 to
  // 208 MB in four runs (with a fifth 187 in one), and 5 to 20 percent less of the processor.
  '--heap-growing-percent=20',
];

/**
 * One pool of memory for all threads of glibc's malloc: Node's helpers allocate little, and what each
 * keeps for itself comes to 5 MB. Other C libraries do not know it.
 */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1' };

/** Those that run for long; for the others a start in one go is worth more. */
const COMMANDS: ReadonlySet<string | undefined> = new Set(['controller', 'sync']);

/**
 * Starts `script`, this program, anew in place of itself, under the same process id, with the
 * settings that keep a long-running one small. So they hold however it was started; V8 and malloc take
 * them at their start only. Returns when there is nothing to do, or no way to do it (Windows).
 */
export function restartLean(script: string, args: readonly string[]): void {
  if (!COMMANDS.has(args[0]) || FLAGS.every((flag) => process.execArgv.includes(flag))) return;
  // An IPC channel would not survive.
  if (process.execve === undefined || process.platform === 'win32' || process.connected) return;
  const argv = [process.execPath, ...FLAGS, ...process.execArgv, '--', script, ...args];
  process.execve(process.execPath, argv, { ...ENVIRONMENT, ...process.env });
}
