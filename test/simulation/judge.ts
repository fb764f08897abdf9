import type { InstitutionSyncSpec } from '../../src/api/spec.ts';
import type { Session } from './knowledge.ts';
import type { ModelTenant, OrganizationState } from './model-tenant.ts';
import type { ModelThe } from './model-the.ts';
import type { PeopleEdits } from './people-edits.ts';
import type { Tally } from './tally.ts';
import type { Invariant } from './violation.ts';

/** A write on its way to the tenant. */
export interface WriteRequest {
  readonly session: Session;
  readonly method: string;
  readonly path: string;
  /** What the process knew when it sent it. */
  readonly spec: InstitutionSyncSpec | undefined;
}

/** What those who judge writes go by. */
export interface Court {
  readonly tenant: ModelTenant;
  readonly the: ModelThe;
  readonly edits: PeopleEdits;
  readonly tally: Tally;
  /** What a status showed as held, by its hash. */
  readonly heldByHash: ReadonlyMap<string, Held>;
  fail(invariant: Invariant, detail: string): void;
}

export interface Held {
  /** Organizations that the held removals may be of. */
  readonly gone: ReadonlySet<string>;
  readonly deletions: number;
  readonly updates: number;
}

export function describe({ session, method, path }: WriteRequest): string {
  return `${session.machine.name} for ${session.object}: ${method} ${path}`;
}

export function isDeleting({ seen }: Session): boolean {
  return seen?.metadata.deletionTimestamp !== undefined;
}

export function markOf(state: OrganizationState | undefined): string | undefined {
  return state?.metadata['institutionId'];
}
