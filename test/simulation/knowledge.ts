import type { InstitutionSyncSpec } from '../../src/api/spec.ts';
import type { Stored } from './api-server.ts';
import type { Machine } from './machine.ts';
import type { OrganizationState } from './model-tenant.ts';
import type { ShownPage } from './model-the.ts';
import { openScan, type Scan } from './scan.ts';

/** One sync, from its first line in the log on. */
export interface Run {
  readonly startedAt: number;
  readonly scans: Scan[];
  readonly removed: Set<string>;
  readonly updated: Set<string>;
  /** Names that a creation found taken. */
  readonly taken: Set<string>;
  /** The organizations that were managed before the first write, and their marks. */
  managed: ReadonlyMap<string, string> | undefined;
  /** Marks that several organizations carried then. */
  doubled: ReadonlySet<string>;
  /** The approval that this run took off the object. */
  approved: string | undefined;
}

/** What a process was told of one organization. */
export interface Reading {
  readonly state: OrganizationState | undefined;
  /** When the server gave the answer. */
  readonly at: number;
  /** Another organization carries its mark too, by all that the process was told until then. */
  readonly isDoubled: boolean;
}

/** What one process was told for one object. The operator must act by this, and by nothing else. */
export interface Session {
  readonly machine: Machine;
  readonly object: string;
  /** The object as this process saw it last; undefined when it is gone. */
  seen: Stored | undefined;
  /** The tenant as last listed, with what single answers said since. */
  organizations: Map<string, OrganizationState>;
  /** When that listing began. */
  listedAt: number;
  /** That listing and the one before: the organizations that they showed. */
  listings: readonly { readonly at: number; readonly ids: ReadonlySet<string> }[];
  /** The last answers to reads of single organizations by id. */
  readonly reads: Map<string, Reading>;
  run: Run | undefined;
  /** When each sync began. */
  readonly runs: number[];
  beginRun(now: number): void;
  /** A page of THE arrived. */
  scanned(offset: number, page: ShownPage): void;
  /** A page of the tenant's organizations arrived; `at` is when the server gave it. */
  listed(page: ListedPage): void;
}

export interface ListedPage {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly at: number;
  readonly rows: ReadonlyMap<string, OrganizationState>;
}

export interface Knowledge {
  /** The namespaces (undefined: all) whose objects a process has yet to list for the first time. */
  unlisted(machine: Machine): Set<string | undefined>;
  session(machine: Machine, object: string): Session;
  sessions(machine: Machine): readonly Session[];
}

export function createKnowledge(): Knowledge {
  const all = new Map<string, Session>();
  const unlisted = new Map<Machine, Set<string | undefined>>();
  return {
    session(machine, object) {
      const key = `${machine.name} ${object}`;
      const known = all.get(key) ?? openSession(machine, object);
      all.set(key, known);
      return known;
    },
    unlisted(machine) {
      const known = unlisted.get(machine) ?? new Set();
      unlisted.set(machine, known);
      return known;
    },
    sessions: (machine) => [...all.values()].filter((session) => session.machine === machine),
  };
}

function openSession(machine: Machine, object: string): Session {
  let staged = { at: 0, rows: new Map<string, OrganizationState>() };
  const session: Session = {
    machine,
    object,
    seen: undefined,
    organizations: new Map(),
    listedAt: 0,
    listings: [],
    reads: new Map(),
    run: undefined,
    runs: [],
    beginRun(now) {
      session.runs.push(now);
      session.run = {
        startedAt: now,
        scans: [],
        removed: new Set(),
        updated: new Set(),
        taken: new Set(),
        managed: undefined,
        doubled: new Set(),
        approved: undefined,
      };
    },
    scanned(offset, page) {
      const scans = session.run?.scans;
      if (offset === 0) scans?.push(openScan());
      scans?.at(-1)?.add(offset, page);
    },
    listed({ isFirst, isLast, at, rows }) {
      if (isFirst) staged = { at, rows: new Map() };
      for (const [id, state] of rows) staged.rows.set(id, state);
      if (!isLast) return;
      session.organizations = staged.rows;
      session.listedAt = staged.at;
      session.listings = [
        ...session.listings.slice(-1),
        { at: staged.at, ids: new Set(staged.rows.keys()) },
      ];
    },
  };
  return session;
}

/** The organizations that are managed, by the rules of the contract, and the marks of several. */
export function managedAmong(organizations: ReadonlyMap<string, OrganizationState>): {
  readonly managed: ReadonlyMap<string, string>;
  readonly doubled: ReadonlySet<string>;
} {
  const bearers = new Map<string, string[]>();
  for (const [id, { metadata }] of organizations) {
    const mark = metadata['institutionId'];
    if (mark) bearers.set(mark, [...(bearers.get(mark) ?? []), id]);
  }
  const managed = new Map<string, string>();
  const doubled = new Set<string>();
  for (const [mark, ids] of bearers) {
    const named = ids.find((id) => organizations.get(id)?.name === mark);
    const [only, ...others] = ids;
    if (others.length > 0) doubled.add(mark);
    if (named !== undefined) managed.set(named, mark);
    else if (only !== undefined && others.length === 0) managed.set(only, mark);
  }
  return { managed, doubled };
}

/** The managed organizations, as the process knows them, of which no scan shows the institution. */
export function goneIn(session: Session, scans: readonly Scan[]): Set<string> {
  const { managed, doubled } = managedAmong(session.organizations);
  const gone = [...managed].filter(
    ([, mark]) => !doubled.has(mark) && !scans.some(({ rows }) => rows.has(mark)),
  );
  return new Set(gone.map(([id]) => id));
}

/** The spec that the process knows; the API server has set the defaults. */
export function specOf(object: Stored): InstitutionSyncSpec {
  return object['spec'] as InstitutionSyncSpec;
}

/** How many of `managed` organizations may be changed without approval. */
export function allowance(limit: number | string, managed: number): number {
  if (typeof limit === 'number') return limit;
  const percent = Number.parseInt(limit, 10);
  return percent >= 100 ? Number.POSITIVE_INFINITY : Math.ceil((managed * percent) / 100);
}
