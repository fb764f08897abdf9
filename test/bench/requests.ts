import { startAuth0Sandbox, type Auth0Sandbox } from '../sandbox/auth0/start.ts';
import { institutions, type InstitutionRow } from '../sandbox/institutions.ts';
import { startTheSandbox } from '../sandbox/the/start.ts';
import { boundSeconds } from './bound.ts';
import { startSync } from './sync-process.ts';
import type { Findings, Row } from './row.ts';

/** As many as THE lists. */
const COUNT = 13_229;
const SPARE = 40;
const RENAMED = 30;
const REMOVED = 20;
const ADDED = 25;
/** Auth0 gives at most so many organizations a page. */
const PAGE = 50;
const AMPLE = { burst: 1_000, perMinute: 600_000 };

/**
 * What a sync asks of both services, counted in their own request logs: a reading of all, a sync that
 * finds nothing new, one that finds changes.
 */
export async function benchRequests(): Promise<Findings> {
  const all = institutions(COUNT + SPARE);
  const rows = all.slice(0, COUNT);
  await using auth0 = await startAuth0Sandbox({
    limits: { list: AMPLE, global: AMPLE, writes: AMPLE, byId: AMPLE },
  });
  await using the = await startTheSandbox({ rows });
  seed(auth0, rows);

  const sync = await startSync(auth0, the.endpoint, { NAP: '1000' });
  try {
    await sync.rounds(1);
    const reading = auth0.requests.counts();
    const pages = the.requests.count({});
    auth0.requests.clear();
    the.requests.clear();

    await sync.rounds(2);
    const unchanged = total(auth0);
    const again = the.requests.counts()['institutions'] ?? {};
    the.setRows(changed(all));
    auth0.requests.clear();

    await sync.rounds(4);
    const changes = RENAMED + REMOVED + ADDED;
    const writes = auth0.requests.count({ endpoint: 'writes' });
    const reads = total(auth0) - writes;
    return {
      rows: [
        {
          what: `reading ${COUNT.toLocaleString('en')} organizations: requests / ceil(N / ${PAGE})`,
          measured: sum(reading['list']) / Math.ceil(COUNT / PAGE),
          unit: '',
          bar: 1,
        },
        { what: 'sync without changes: requests to Auth0', measured: unchanged, unit: '', bar: 0 },
        {
          what: "sync without changes: THE's pages that were sent again rather than answered 304",
          measured: sum(again) - (again[304] ?? 0),
          unit: '',
          bar: 0,
        },
        { what: "THE's pages of a listing", measured: pages, unit: '', bar: undefined },
        {
          what: `${RENAMED} renamed, ${REMOVED} gone, ${ADDED} new: writes / changes`,
          measured: writes / changes,
          unit: '',
          bar: 1,
        },
        { what: 'the same: reads / removals', measured: reads / REMOVED, unit: '', bar: 1 },
      ],
    };
  } finally {
    await sync.stop();
  }
}

/**
 * The case for which figures of other tools are public: 50 institutions at an Enterprise tenant's
 * real limits; then no change; then 3 changed, 2 removed, 2 added.
 */
export async function benchFifty(): Promise<Findings> {
  const all = institutions(PAGE + 2);
  await using auth0 = await startAuth0Sandbox();
  await using the = await startTheSandbox({ rows: all.slice(0, PAGE) });
  const sync = await startSync(auth0, the.endpoint, { NAP: '1000', LIMITS_DELETIONS: '10%' });
  try {
    await sync.rounds(1);
    const seconds = (performance.now() - sync.startedAt) / 1000;
    const first = total(auth0);
    auth0.requests.clear();
    await sync.rounds(2);
    const unchanged = total(auth0);
    const [, , ...kept] = all;
    the.setRows(kept.map((row, index) => (index < 3 ? renamed(row) : row)));
    await sync.rounds(4);
    const later = total(auth0);
    const bound = boundSeconds({ plan: 'enterprise', writes: PAGE });
    const row = (what: string, measured: number, unit = ''): Row => ({
      what,
      measured,
      unit,
      bar: undefined,
    });
    return {
      rows: [
        row('50 institutions, first sync', seconds, 's'),
        row(`the least that the limits allow`, bound, 's'),
        row('50 institutions, first sync: requests to Auth0', first),
        row('50 institutions, no change: requests to Auth0', unchanged),
        row('3 changed, 2 removed, 2 added: requests to Auth0', later),
      ],
    };
  } finally {
    await sync.stop();
  }
}

function changed(all: readonly InstitutionRow[]): readonly InstitutionRow[] {
  return all
    .slice(REMOVED, COUNT + ADDED)
    .map((row, index) => (index < RENAMED ? renamed(row) : row));
}

function renamed(row: InstitutionRow): InstitutionRow {
  return { ...row, name: `${row.name} (renamed)` };
}

/** Organizations that equal the institutions already. */
export function seed(auth0: Auth0Sandbox, rows: readonly InstitutionRow[]): void {
  auth0.seed(
    rows.map(({ iid, name }) => ({
      name: iid,
      display_name: name.replaceAll(/\s+/g, ' ').trim(),
      metadata: { institutionId: iid },
    })),
  );
}

/** Requests to the Management API; the token is the Authentication API's. */
function total(auth0: Auth0Sandbox): number {
  const { token: _token, ...api } = auth0.requests.counts();
  return Object.values(api).reduce((all, byStatus) => all + sum(byStatus), 0);
}

function sum(byStatus: Readonly<Record<number, number>> = {}): number {
  return Object.values(byStatus).reduce((all, each) => all + each, 0);
}
