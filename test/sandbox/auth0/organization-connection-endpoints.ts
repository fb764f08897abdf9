import type { z } from 'zod';
import type { Answer } from '../exchange.ts';
import { invalidBody, noConnection, noOrganization, refusal } from './answers.ts';
import type { ApiRequest, Endpoint } from './api.ts';
import type { ConnectionStore } from './connection-store.ts';
import { enable, viewAny, viewEnabled } from './enablement.ts';
import {
  Enablement as EnablementBody,
  EnablementChange,
  NewerEnablement,
  NewerEnablementChange,
} from './organization-body.ts';
import type {
  Enablement,
  OrganizationStore,
  StoredOrganization,
  WantedEnablement,
} from './organization-store.ts';
import { offsetAnswer, offsetPage, unknownParameter } from './paging.ts';
import { judge } from './payload.ts';

const PAGING = ['page', 'per_page', 'include_totals'];

interface Flavour {
  readonly path: string;
  readonly key: 'enabled_connections' | 'connections';
  /** What POST and PATCH may carry. */
  readonly create: z.ZodType<WantedEnablement>;
  readonly update: z.ZodType<Omit<WantedEnablement, 'connection_id'>>;
  /** What a new enablement is when the request says nothing. */
  readonly enabledByDefault: boolean;
  readonly shows: (enablement: Enablement) => boolean;
  readonly view: typeof viewEnabled;
}

/**
 * The connections of an organization, by both doors: `enabled_connections`, which knows only enabled
 * ones, and the newer `connections` with `is_enabled`.
 */
export function organizationConnectionEndpoints(
  organizations: OrganizationStore,
  connections: ConnectionStore,
): readonly Endpoint[] {
  const enabled: Flavour = {
    path: '/organizations/{id}/enabled_connections',
    key: 'enabled_connections',
    create: EnablementBody,
    update: EnablementChange,
    enabledByDefault: true,
    shows: ({ is_enabled }) => is_enabled,
    view: viewEnabled,
  };
  const any: Flavour = {
    path: '/organizations/{id}/connections',
    key: 'connections',
    create: NewerEnablement,
    update: NewerEnablementChange,
    // Auth0 documents no default, so only a client that says what it wants gets it.
    enabledByDefault: false,
    shows: () => true,
    view: viewAny,
  };
  return [enabled, any].flatMap((flavour) => endpointsOf(flavour, organizations, connections));
}

function endpointsOf(
  flavour: Flavour,
  organizations: OrganizationStore,
  connections: ConnectionStore,
): readonly Endpoint[] {
  const { path, key } = flavour;
  const one = `${path}/{connectionId}`;

  function list(organization: StoredOrganization, { query }: ApiRequest): Answer {
    const known = key === 'connections' ? [...PAGING, 'is_enabled'] : PAGING;
    const refused = unknownParameter(query, known);
    if (refused) return refused;
    const page = offsetPage(query);
    if ('status' in page) return page;
    const wanted = query.get('is_enabled');
    const rows = [...organization.connections.values()]
      .filter((row) => flavour.shows(row))
      .filter((row) => wanted === null || String(row.is_enabled) === wanted);
    return offsetAnswer(page, key, rows, (row) => flavour.view(row, connections));
  }

  function add(organization: StoredOrganization, { body }: ApiRequest): Answer {
    const judged = judge(flavour.create, body);
    if (judged.complaint !== undefined) return invalidBody(judged.complaint);
    const wanted = judged.value;
    const before = organization.connections.get(wanted.connection_id);
    if (before && flavour.shows(before)) {
      return refusal(409, 'The connection is already enabled for this organization', 'conflict');
    }
    return save(organization, { is_enabled: flavour.enabledByDefault, ...wanted }, 201);
  }

  function change(organization: StoredOrganization, request: ApiRequest): Answer {
    const judged = judge(flavour.update, request.body);
    if (judged.complaint !== undefined) return invalidBody(judged.complaint);
    const before = find(organization, request);
    if (!before) return noConnection();
    return save(organization, { ...judged.value, connection_id: before.connection_id }, 200);
  }

  function save(
    organization: StoredOrganization,
    wanted: WantedEnablement,
    status: number,
  ): Answer {
    const enablement = enable(organization, wanted, connections);
    if ('status' in enablement) return enablement;
    organization.connections.set(enablement.connection_id, enablement);
    return { status, body: flavour.view(enablement, connections) };
  }

  function find(
    organization: StoredOrganization,
    { parameters }: ApiRequest,
  ): Enablement | undefined {
    const found = organization.connections.get(parameters['connectionId'] ?? '');
    return found && flavour.shows(found) ? found : undefined;
  }

  function read(organization: StoredOrganization, request: ApiRequest): Answer {
    const found = find(organization, request);
    return found ? { status: 200, body: flavour.view(found, connections) } : noConnection();
  }

  function remove(organization: StoredOrganization, request: ApiRequest): Answer {
    const found = find(organization, request);
    if (found) organization.connections.delete(found.connection_id);
    return found ? { status: 204 } : noConnection();
  }

  function on(
    method: string,
    path: string,
    verb: string,
    answer: (organization: StoredOrganization, request: ApiRequest) => Answer,
  ): Endpoint {
    return {
      method,
      path,
      bucket: method === 'GET' ? 'connectionReads' : 'connectionWrites',
      scopes: [`${verb}:organization_connections`],
      answer(request) {
        const organization = organizations.get(request.parameters['id'] ?? '');
        return organization ? answer(organization, request) : noOrganization();
      },
    };
  }

  return [
    on('GET', path, 'read', list),
    on('POST', path, 'create', add),
    on('GET', one, 'read', read),
    on('PATCH', one, 'update', change),
    on('DELETE', one, 'delete', remove),
  ];
}
