import fc from 'fast-check';
import { judgeCost } from './judge.ts';

/** How long and from where an edge is tried. */
export interface Trial {
  readonly seed: number;
  /** Inputs to make; with `milliseconds`, at most so many. */
  readonly runs: number;
  readonly milliseconds?: number;
  /** Of a failure that was printed: only that input is tried. */
  readonly path?: string;
}

export interface Outcome {
  readonly executions: number;
  /** The most that one input took, in milliseconds of processor time of this thread. */
  readonly slowestMs: number;
  /** What the first input that failed was, and why. */
  readonly failure: string | undefined;
  /** Of a made input that failed, as `--path` takes it. */
  readonly path: string | undefined;
}

/** A place where something from outside comes in. */
export interface Edge {
  readonly name: string;
  try(trial: Trial): Promise<Outcome>;
}

export interface EdgeDefinition<Input> {
  readonly name: string;
  /** Inputs that are tried each time: real ones and nasty ones. */
  readonly corpus: () => readonly (readonly [label: string, input: Input])[];
  readonly made: fc.Arbitrary<Input>;
  /** Gives the input to the product. Throws unless a right answer or a clear error comes of it. */
  readonly attempt: (input: Input) => unknown;
}

/** Longest piece of an input that a report shows. */
const LONGEST_SHOWN = 2_000;

/** An edge that tries its corpus first, then inputs made from the seed. */
export function defineEdge<Input>({ name, corpus, made, attempt }: EdgeDefinition<Input>): Edge {
  return {
    name,
    async try({ seed, runs, milliseconds, path }) {
      let executions = 0;
      let slowestMs = 0;

      async function tryOne(input: Input): Promise<void> {
        const before = process.threadCpuUsage();
        executions += 1;
        await attempt(input);
        const { user, system } = process.threadCpuUsage(before);
        const ms = (user + system) / 1000;
        slowestMs = Math.max(slowestMs, ms);
        judgeCost(ms);
      }

      for (const [label, input] of path === undefined ? corpus() : []) {
        try {
          await tryOne(input);
        } catch (error) {
          const failure = `corpus ${label}: ${messageOf(error)}`;
          return { executions, slowestMs, failure, path: undefined };
        }
      }
      const details = await fc.check(fc.asyncProperty(made, tryOne), {
        seed,
        numRuns: runs,
        ...(path === undefined ? {} : { path }),
        ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds }),
      });
      // An interruption by the time limit leaves no counterexample.
      const failed = details.counterexample !== null;
      const shown = failed ? fc.stringify(details.counterexample).slice(0, LONGEST_SHOWN) : '';
      return {
        executions,
        slowestMs,
        failure: failed ? `${messageOf(details.errorInstance)}\n  input ${shown}` : undefined,
        path: failed ? (details.counterexamplePath ?? undefined) : undefined,
      };
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
