import { shownWhole } from '../telemetry/redact.ts';
import type { EnabledConnection, Organization } from '../auth0/organization.ts';
import { changedStates, wholeState, type Audit } from './audit.ts';
import type { Change, Creation, Removal, Update } from './changes.ts';
import { differences, newOrganization } from './desired.ts';
import { MARK, markOf } from './ownership.ts';
import { doubt, type TenantMemory } from './snapshot.ts';
import type { Tenant } from './tenant.ts';

export interface ChangeContext {
  readonly tenant: Tenant;
  readonly memory: TenantMemory;
  /** Enabled for each new organization. */
  readonly connections: readonly EnabledConnection[];
  readonly fields: readonly string[];
  /** Whether an organization that someone else made meanwhile may be taken over. */
  readonly mayAdopt: boolean;
  /** Marks that the changes so far found on organizations which the plan knew without them. */
  readonly strayMarks: Set<string>;
}

/** What became of one change. */
export type ChangeResult =
  | { readonly result: 'created' | 'updated' | 'deleted'; readonly audit: Audit }
  /** There was nothing left to do, or it would have been wrong. */
  | { readonly result: 'spared' }
  | { readonly result: 'gone' }
  | { readonly result: 'conflict'; readonly message: string };

/**
 * Makes one change in Auth0 and keeps the memory in step. Rejects with `Refusal` when Auth0 will not
 * make it and with `Fault` when the sync cannot go on.
 */
export function applyChange(
  change: Change,
  context: ChangeContext,
  signal: AbortSignal,
): Promise<ChangeResult> {
  if (change.kind === 'create') return create(change, context, signal);
  if (change.kind === 'update') return update(change, context, signal);
  return remove(change, context, signal);
}

async function create(
  { institution }: Creation,
  context: ChangeContext,
  signal: AbortSignal,
): Promise<ChangeResult> {
  const { tenant, memory } = context;
  const body = newOrganization(institution, context.connections);
  const created = await tenant.createOrganization(body, signal);
  if (created === 'taken') return resolveTakenName(institution, context, signal);
  memory.organizations.set(created.id, sharingText(created, institution));
  // Where none are asked for, nobody looks it up.
  if (context.connections.length > 0) memory.connected.add(created.id);
  return {
    result: 'created',
    audit: {
      operation: 'create',
      institutionId: institution.id,
      organizationId: created.id,
      organizationName: created.name,
      before: null,
      after: wholeState(body, body.connections),
    },
  };
}

/**
 * The name exists: our own earlier attempt whose answer was lost, an organization that the listing
 * did not show yet, or one that a person made meanwhile.
 */
async function resolveTakenName(
  institution: Creation['institution'],
  context: ChangeContext,
  signal: AbortSignal,
): Promise<ChangeResult> {
  const { tenant, memory, fields } = context;
  const holder = await tenant.readOrganizationByName(institution.id, signal);
  if (holder === undefined) {
    doubt(memory);
    return conflict('The name was taken and is free again. The next sync creates it.');
  }
  const known = memory.organizations.get(holder.id);
  remember(holder, context);
  const mark = markOf(holder);
  // Then another change of this sync may be about the same organization.
  if (known !== undefined && (known.name !== holder.name || markOf(known) !== mark)) {
    doubt(memory);
    return conflict('An organization was given the name meanwhile. The next sync reads all again.');
  }
  const adopts = mark === undefined && context.mayAdopt;
  if (mark !== institution.id && !adopts) {
    return conflict(
      mark === undefined
        ? 'An organization that is not managed took the name meanwhile.'
        : 'An organization that is marked for another institution has the name.',
    );
  }
  const set = differences(holder, institution, fields);
  memory.newlyManaged.add(holder.id);
  if (set === undefined) {
    return {
      result: 'created',
      audit: {
        operation: 'create',
        institutionId: institution.id,
        organizationId: holder.id,
        organizationName: holder.name,
        before: null,
        after: wholeState(holder),
      },
    };
  }
  return update({ organization: holder, institution, set, adopts }, context, signal);
}

async function update(
  { organization, institution, set, adopts }: Omit<Update, 'kind'>,
  { tenant, memory }: ChangeContext,
  signal: AbortSignal,
): Promise<ChangeResult> {
  const updated = await tenant.updateOrganization(organization.id, set, signal);
  if (updated === 'gone') {
    forget(memory, organization);
    return { result: 'gone' };
  }
  memory.organizations.set(updated.id, updated);
  if (adopts || set.name !== undefined) memory.newlyManaged.add(updated.id);
  return {
    result: 'updated',
    audit: {
      operation: 'update',
      institutionId: institution.id,
      organizationId: updated.id,
      organizationName: updated.name,
      ...changedStates(organization, set),
    },
  };
}

async function remove(
  { organization, institutionId }: Removal,
  context: ChangeContext,
  signal: AbortSignal,
): Promise<ChangeResult> {
  const { tenant, memory, strayMarks } = context;
  const now = await tenant.readOrganization(organization.id, signal);
  if (now === undefined) {
    forget(memory, organization);
    return { result: 'gone' };
  }
  const { body, ...before } = now;
  remember(before, context);
  if (markOf(before) !== institutionId) return { result: 'spared' };
  // Ours by its mark alone, unless the listing missed the one that the mark is named after.
  if (before.name !== institutionId) {
    const named = await tenant.readOrganizationByName(institutionId, signal);
    if (named !== undefined) {
      remember(named, context);
      if (markOf(named) === institutionId) return { result: 'spared' };
    }
  }
  // Without its twin, the other organization would look like this one renamed, and go next.
  if (strayMarks.has(institutionId)) return { result: 'spared' };
  // The log's line of it will be all that is left.
  shownWhole(body);
  const answer = await tenant.deleteOrganization(organization.id, signal);
  memory.organizations.delete(organization.id);
  memory.connected.delete(organization.id);
  if (answer === 'gone') return { result: 'gone' };
  return {
    result: 'deleted',
    audit: {
      operation: 'delete',
      institutionId,
      organizationId: organization.id,
      organizationName: before.name,
      before: body,
      after: null,
    },
  };
}

/** The same organization with the institution's own text where it is equal: kept once, not twice. */
function sharingText(
  organization: Organization,
  { id, name }: Creation['institution'],
): Organization {
  const shared = { ...organization };
  if (shared.name === id) shared.name = id;
  if (shared.displayName === name) shared.displayName = name;
  const { [MARK]: mark } = shared.metadata;
  if (mark === id && Object.keys(shared.metadata).length === 1) shared.metadata = { [MARK]: id };
  return shared;
}

/** Keeps the memory in step with what was read, and notes a mark that is new on it. */
function remember(organization: Organization, { memory, strayMarks }: ChangeContext): void {
  const known = memory.organizations.get(organization.id);
  const mark = markOf(organization);
  if (mark !== undefined && (known === undefined || markOf(known) !== mark)) strayMarks.add(mark);
  memory.organizations.set(organization.id, organization);
}

function forget(memory: TenantMemory, organization: Organization): void {
  memory.organizations.delete(organization.id);
  memory.connected.delete(organization.id);
  doubt(memory);
}

function conflict(message: string): ChangeResult {
  return { result: 'conflict', message };
}
