import type { Answer } from '../exchange.ts';
import { invalidBody, invalidQuery, noOrganization, refusal } from './answers.ts';
import { insufficientScope, type ApiRequest, type Endpoint } from './api.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { ConnectionStore } from './connection-store.ts';
import { enable, viewEnabled } from './enablement.ts';
import { organizationBodies } from './organization-body.ts';
import type { OrganizationStore, StoredOrganization } from './organization-store.ts';
import { offsetAnswer, offsetPage, unknownParameter, wholeNumber } from './paging.ts';
import { judge } from './payload.ts';

export interface OrganizationsOptions {
  readonly organizations: OrganizationStore;
  readonly connections: ConnectionStore;
  readonly checkpoints: Checkpoints;
  /** The most organizations that the tenant holds. */
  readonly entityLimit: number;
  /** Whether a metadata value may be an empty string. */
  readonly emptyMetadata: boolean;
  /** Fields that the tenant adds to every organization. */
  readonly extraFields: Readonly<Record<string, unknown>>;
}

/** The most rows on a page of checkpoint paging, whatever `take` asks for. */
const LARGEST_PAGE = 50;

/** List, create, read, update and delete organizations. */
export function organizationEndpoints(options: OrganizationsOptions): readonly Endpoint[] {
  const { organizations } = options;
  const bodies = organizationBodies(options.emptyMetadata);

  function view({ id, body }: StoredOrganization): Record<string, unknown> {
    return { id, ...body, ...options.extraFields };
  }

  function list({ query }: ApiRequest): Answer {
    const known = ['page', 'per_page', 'include_totals', 'from', 'take'];
    const refused = unknownParameter(query, known);
    if (refused) return refused;
    if (query.has('take') || query.has('from')) return checkpointPage(query);
    const page = offsetPage(query);
    return 'status' in page ? page : offsetAnswer(page, 'organizations', organizations.all(), view);
  }

  function checkpointPage(query: URLSearchParams): Answer {
    const take = wholeNumber(query, 'take', 1, 100, LARGEST_PAGE);
    if (typeof take !== 'number') return take;
    const cursor = query.get('from');
    const after = cursor === null ? -1 : options.checkpoints.resolve(cursor);
    if (after === 'unknown') return invalidQuery(`'Invalid checkpoint' on property from`);
    if (after === 'expired') return refusal(400, 'The checkpoint has expired', 'invalid_paging');
    const size = Math.min(take, LARGEST_PAGE);
    const rows = organizations.createdAfter(after, size + 1);
    const shown = rows.slice(0, size);
    const last = rows.length > size ? shown.at(-1) : undefined;
    const next = last ? { next: options.checkpoints.issue(last) } : {};
    return { status: 200, body: { organizations: shown.map(view), ...next } };
  }

  function create({ body, scopes }: ApiRequest): Answer {
    const judged = judge(bodies.create, body);
    if (judged.complaint !== undefined) return invalidBody(judged.complaint);
    const { enabled_connections: enabled, ...fields } = judged.value;
    const needed = 'create:organization_connections';
    if (enabled && !scopes.includes(needed)) return insufficientScope([needed]);
    if (organizations.byName(fields.name)) return nameTaken();
    if (organizations.size() >= options.entityLimit) {
      return refusal(
        403,
        'You reached the limit of entities of this type for this tenant.',
        'too_many_entities',
      );
    }
    const draft = { id: '', createdAt: 0, body: fields, connections: new Map() };
    for (const wanted of enabled ?? []) {
      if (draft.connections.has(wanted.connection_id)) {
        return invalidBody(`'Array items are not unique' on property enabled_connections`);
      }
      const enablement = enable(draft, wanted, options.connections);
      if ('status' in enablement) return enablement;
      draft.connections.set(wanted.connection_id, enablement);
    }
    const added = organizations.add(fields);
    for (const [id, enablement] of draft.connections) added.connections.set(id, enablement);
    const shown = enabled && {
      enabled_connections: [...added.connections.values()].map((enablement) =>
        viewEnabled(enablement, options.connections),
      ),
    };
    return { status: 201, body: { ...view(added), ...shown } };
  }

  function update({ parameters, body }: ApiRequest): Answer {
    const judged = judge(bodies.update, body);
    if (judged.complaint !== undefined) return invalidBody(judged.complaint);
    const organization = organizations.get(parameters['id'] ?? '');
    if (!organization) return noOrganization();
    const changes = judged.value;
    const holder = changes.name === undefined ? undefined : organizations.byName(changes.name);
    if (holder && holder !== organization) return nameTaken();
    organizations.replace(organization, { ...organization.body, ...changes });
    return { status: 200, body: view(organization) };
  }

  function remove({ parameters }: ApiRequest): Answer {
    const organization = organizations.get(parameters['id'] ?? '');
    if (!organization) return noOrganization();
    organizations.remove(organization);
    return { status: 204 };
  }

  function show(organization: StoredOrganization | undefined): Answer {
    return organization ? { status: 200, body: view(organization) } : noOrganization();
  }

  return [
    endpoint('GET', '/organizations', 'list', 'read:organizations', list),
    endpoint('POST', '/organizations', 'writes', 'create:organizations', create),
    endpoint('GET', '/organizations/name/{name}', 'byName', 'read:organizations', (request) =>
      show(organizations.byName(request.parameters['name'] ?? '')),
    ),
    endpoint('GET', '/organizations/{id}', 'byId', 'read:organizations', (request) =>
      show(organizations.get(request.parameters['id'] ?? '')),
    ),
    endpoint('PATCH', '/organizations/{id}', 'writes', 'update:organizations', update),
    endpoint('DELETE', '/organizations/{id}', 'writes', 'delete:organizations', remove),
  ];
}

function endpoint(
  method: string,
  path: string,
  bucket: Endpoint['bucket'],
  scope: string,
  answer: Endpoint['answer'],
): Endpoint {
  return { method, path, bucket, scopes: [scope], answer };
}

function nameTaken(): Answer {
  return refusal(409, 'An organization with this name already exists.', 'organization_conflict');
}
