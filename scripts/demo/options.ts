import { parseArgs } from 'node:util';
import { UsageError } from '../../src/cli/usage-error.ts';
import { PLANS } from '../../test/sandbox/auth0/limits.ts';

export interface DemoOptions {
  readonly institutions: number;
  /** Stay until Ctrl-C. */
  readonly keep: boolean;
  /** No time to read. */
  readonly fast: boolean;
  /** How many of Auth0's minutes pass in a minute. */
  readonly timeScale: number;
}

export const USAGE = `npm run demo -- [options]

  --institutions N   how many institutions THE lists: 600 by default, from 10 to 100000
  --keep             leave everything running until Ctrl-C, to try things by hand
  --fast             make no pauses for reading (there are none when the output is no terminal)
  --help             show this`;

const DEFAULT_INSTITUTIONS = '600';
/** With fewer, one removal would be more than the default limit. */
const FEWEST = 10;
/** Auth0's own limit of organizations per tenant. */
const MOST = 100_000;

/** The settings of the command line; undefined: the user asks for help. Throws a UsageError. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const institutions = Number(values.institutions);
  if (!/^\d+$/.test(values.institutions) || institutions < FEWEST || institutions > MOST) {
    throw new UsageError(
      `--institutions ${values.institutions}: give a whole number from ${FEWEST} to ${MOST}`,
    );
  }
  return {
    institutions,
    keep: values.keep,
    fast: values.fast,
    timeScale: scaleFor(institutions),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        institutions: { type: 'string', default: DEFAULT_INSTITUTIONS },
        keep: { type: 'boolean', default: false },
        fast: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(`${reason}. See: npm run demo -- --help`);
  }
}

/** The first sync shall take about that long: enough to watch its progress. */
const FIRST_SYNC_S = 24;
const SLOWEST = 10;
/** What a laptop can do. */
const FASTEST = 60;

function scaleFor(institutions: number): number {
  return Math.min(
    FASTEST,
    Math.max(SLOWEST, Math.round(secondsOfWrites(institutions) / FIRST_SYNC_S)),
  );
}

/** How long the tenant's limit makes that many writes take, in its own time. */
export function secondsOfWrites(writes: number): number {
  const perMinute = PLANS.enterprise.writes?.perMinute ?? Infinity;
  return (writes / perMinute) * 60;
}
