import { z } from 'zod';
import type { Answer } from '../exchange.ts';
import { invalidBody, noConnection, refusal } from './answers.ts';
import type { ApiRequest, Endpoint } from './api.ts';
import type { Connection, ConnectionStore } from './connection-store.ts';
import { newId, type OrganizationStore } from './organization-store.ts';
import { offsetAnswer, offsetPage, unknownParameter } from './paging.ts';
import { judge } from './payload.ts';

/** Strategies that the sandbox knows; `auth0` is a database, the first of the rest are enterprise. */
const ENTERPRISE = ['ad', 'adfs', 'google-apps', 'oidc', 'okta', 'samlp', 'waad'] as const;
const STRATEGIES = ['auth0', ...ENTERPRISE, 'email', 'sms', 'google-oauth2'] as const;

export const NewConnection = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$/),
  display_name: z.string().min(1).max(128).exactOptional(),
  strategy: z.enum(STRATEGIES),
});

/** The tenant's own connections: as much of them as organizations need. */
export function connectionEndpoints(
  connections: ConnectionStore,
  organizations: OrganizationStore,
  now: () => number,
): readonly Endpoint[] {
  function list({ query }: ApiRequest): Answer {
    const known = ['name', 'strategy', 'page', 'per_page', 'include_totals'];
    const refused = unknownParameter(query, known);
    if (refused) return refused;
    const page = offsetPage(query);
    if ('status' in page) return page;
    const name = query.get('name');
    const strategies = query.getAll('strategy');
    const rows = connections
      .all()
      .filter((connection) => name === null || connection.name === name)
      .filter(({ strategy }) => strategies.length === 0 || strategies.includes(strategy));
    return offsetAnswer(page, 'connections', rows, viewListed);
  }

  function create({ body }: ApiRequest): Answer {
    const judged = judge(NewConnection, body);
    if (judged.complaint !== undefined) return invalidBody(judged.complaint);
    if (connections.byName(judged.value.name)) {
      return refusal(409, 'A connection with the same name already exists', 'conflict');
    }
    return { status: 201, body: view(connections.add(judged.value)) };
  }

  function remove({ parameters }: ApiRequest): Answer {
    const id = parameters['id'] ?? '';
    if (!connections.get(id)) return noConnection();
    connections.remove(id);
    for (const organization of organizations.all()) organization.connections.delete(id);
    return { status: 202, body: { deleted_at: new Date(now()).toISOString() } };
  }

  return [
    {
      method: 'GET',
      path: '/connections',
      bucket: 'connectionReads',
      scopes: ['read:connections'],
      answer: list,
    },
    {
      method: 'POST',
      path: '/connections',
      bucket: 'connectionWrites',
      scopes: ['create:connections'],
      answer: create,
    },
    {
      method: 'GET',
      path: '/connections/{id}',
      bucket: 'connectionReads',
      scopes: ['read:connections'],
      answer({ parameters }) {
        const connection = connections.get(parameters['id'] ?? '');
        return connection ? { status: 200, body: viewListed(connection) } : noConnection();
      },
    },
    {
      method: 'DELETE',
      path: '/connections/{id}',
      bucket: 'connectionWrites',
      scopes: ['delete:connections'],
      answer: remove,
    },
  ];
}

function view(connection: Connection): Record<string, unknown> {
  const ticket = newId('con').slice('con_'.length);
  return {
    id: connection.id,
    strategy: connection.strategy,
    name: connection.name,
    ...(connection.strategy === 'ad'
      ? { provisioning_ticket_url: `https://sandbox.invalid/p/ad/${ticket}` }
      : {}),
    is_domain_connection: false,
    ...(ENTERPRISE.some((each) => each === connection.strategy) ? { show_as_button: false } : {}),
    ...(connection.display_name === undefined ? {} : { display_name: connection.display_name }),
  };
}

function viewListed(connection: Connection): Record<string, unknown> {
  const { id, name, strategy } = connection;
  return {
    ...view(connection),
    id,
    name,
    strategy,
    options: {},
    enabled_clients: [],
    realms: [name],
  };
}
