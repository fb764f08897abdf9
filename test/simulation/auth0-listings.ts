import type { Answer } from '../sandbox/exchange.ts';
import type { Dice } from './dice.ts';
import type { ModelTenant } from './model-tenant.ts';
import { count, type Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';

/** So many listings in a row may miss an organization; more would be no accident. */
const MISSES = 2;

/** The listings of organizations, as they look when the tenant changes meanwhile. */
export interface Auth0Listings {
  /** This reader has asked for the first page. */
  begin(reader: string): void;
  /** The page that it gets, from that cursor on; `unsteadiness` is from 0 to 1. */
  page(right: Answer, reader: string, from: string | null, unsteadiness: number): Answer;
}

interface ShownRow {
  readonly id: string;
}

interface Page {
  readonly organizations?: readonly ShownRow[];
  readonly next?: string;
}

export function openAuth0Listings(options: {
  readonly tenant: ModelTenant;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly tally: Tally;
}): Auth0Listings {
  const { tenant, timeline, dice, tally } = options;
  const begunAt = new Map<string, number>();
  const misses = new Map<string, number>();

  function page(right: Answer, reader: string, from: string | null, unsteadiness: number): Answer {
    const body = right.body as Page | undefined;
    const rows = body?.organizations;
    if (rows === undefined || rows.length === 0) return right;
    if (from !== null && body?.next !== undefined && dice.chance(unsteadiness / 10)) {
      count(tally, 'fault: Auth0 listing goes in a circle');
      return { ...right, body: { ...body, next: from } };
    }
    const isCalm = (begunAt.get(reader) ?? 0) > tenant.changedAt();
    if (isCalm || !dice.chance(unsteadiness)) {
      for (const { id } of rows) misses.delete(id);
      return right;
    }
    const wantsSkip = dice.chance(0.5);
    const at = dice.below(rows.length);
    const row = rows[at] as ShownRow;
    const missed = misses.get(row.id) ?? 0;
    const skips = wantsSkip && missed < MISSES;
    for (const { id } of rows) misses.delete(id);
    if (skips) misses.set(row.id, missed + 1);
    count(tally, `fault: Auth0 listing ${skips ? 'skips' : 'repeats'} a row`);
    return {
      ...right,
      body: { ...body, organizations: skips ? rows.toSpliced(at, 1) : [...rows, row] },
    };
  }

  return { begin: (reader) => void begunAt.set(reader, timeline.now()), page };
}
