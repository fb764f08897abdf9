import { printable } from '../../src/cli/screen/printable.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { KubeConfigError } from '../../src/kubernetes/load-kube-config.ts';
import { ProxySettingsError } from '../../src/kubernetes/proxy-settings.ts';

/** A kind of error that an edge may end with. */
export type Declared = abstract new (...args: never[]) => Error;

/** What an edge does that it must not. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Stands in inputs for what is secret; no message may show it. */
export const CANARY = 'c4n4ry-5ecret-0f-the-fuzz-tests';

/** More is no message for people; Kubernetes takes at most 32,768 in a condition. */
const LONGEST_MESSAGE = 2_000;
/** What would steer a terminal or hide a part of a line. */
const STEERING = /[\p{Cc}\u{2028}\u{2029}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;
/** One input may hold up everything else for so long; machines that run tests are busy. */
const LONGEST_MS = 3_000;

/** Errors that only commands tell, which write out what cannot be printed. */
const FROM_COMMANDS: readonly Declared[] = [UsageError, KubeConfigError, ProxySettingsError];

/** Throws unless the error is of a kind that the edge declares and its message is for people. */
export function judgeError(error: unknown, ...declared: readonly Declared[]): void {
  if (!(error instanceof Error) || !declared.some((kind) => error instanceof kind)) {
    const stack = error instanceof Error ? error.stack : String(error);
    throw new Violation(`not one of the edge's errors: ${stack}`);
  }
  const isOfCommand = FROM_COMMANDS.some((kind) => error instanceof kind);
  judgeMessage(isOfCommand ? printable(error.message) : error.message);
}

/** Throws unless the text is short, printable and without the canary. */
export function judgeMessage(message: string): void {
  const shown = JSON.stringify(message.slice(0, 300));
  if (message.trim() === '') throw new Violation('an empty message');
  if (message.length > LONGEST_MESSAGE) {
    throw new Violation(`a message of ${message.length} characters: ${shown}`);
  }
  if (message.includes(CANARY)) throw new Violation(`a secret in a message: ${shown}`);
  if (STEERING.test(message)) throw new Violation(`an unprintable message: ${shown}`);
}

/** Throws when one input took that much processor time. */
export function judgeCost(ms: number): void {
  if (ms > LONGEST_MS) throw new Violation(`one input took ${Math.round(ms)} ms`);
}

/** Throws with `complaint` unless it holds. */
export function must(holds: boolean, complaint: string): asserts holds {
  if (!holds) throw new Violation(complaint);
}

/** What `attempt` gives; undefined when it ends with one of the declared errors. */
export async function declared<T>(
  attempt: () => T | Promise<T>,
  ...kinds: readonly Declared[]
): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (error) {
    judgeError(error, ...kinds);
    return undefined;
  }
}
