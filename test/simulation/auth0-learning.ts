import type { Fetch } from '../../src/auth0/fetch.ts';
import type { Auth0Answer } from './auth0-answers.ts';
import { markOf } from './judge.ts';
import { managedAmong, type Session } from './knowledge.ts';
import type { OrganizationState } from './model-tenant.ts';

interface ShownOrganization {
  readonly id: string;
  readonly name: string;
  readonly display_name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What an answer tells the process that gets it. */
export function learn(
  session: Session,
  url: URL,
  { method, body }: Parameters<Fetch>[1],
  { answer, at, isReadable }: Auth0Answer,
): void {
  const path = url.pathname.replace('/api/v2', '');
  const ok = answer.status >= 200 && answer.status < 300;
  const id = /^\/organizations\/([^/]+)$/.exec(path)?.[1];
  // A removal needs no body to be believed.
  if (method === 'DELETE' && ok) session.organizations.delete(id ?? '');
  if (!isReadable) return;
  if (method === 'POST' && path === '/organizations' && answer.status === 409) {
    session.run?.taken.add((JSON.parse(body ?? '{}') as { name: string }).name);
  }
  if (id !== undefined && answer.status === 404) session.organizations.delete(id);
  if (method === 'GET' && id !== undefined && answer.status === 404) {
    session.reads.set(id, { state: undefined, at, isDoubled: false });
  }
  if (!ok) return;
  if (method === 'GET' && path === '/organizations') {
    const page = answer.body as { organizations: readonly ShownOrganization[]; next?: string };
    session.listed({
      isFirst: !url.searchParams.has('from'),
      isLast: page.next === undefined,
      at,
      rows: new Map(page.organizations.map((shown) => [shown.id, stateOf(shown)])),
    });
  } else if (method !== 'DELETE' && /^\/organizations(\/name\/[^/]+|\/[^/]+)?$/.test(path)) {
    const shown = answer.body as ShownOrganization;
    const state = stateOf(shown);
    session.organizations.set(shown.id, state);
    if (method !== 'GET' || id === undefined) return;
    const { doubled } = managedAmong(session.organizations);
    session.reads.set(id, { state, at, isDoubled: doubled.has(markOf(state) ?? '') });
  }
}

function stateOf(shown: ShownOrganization): OrganizationState {
  return {
    name: shown.name,
    displayName: shown.display_name,
    metadata: shown.metadata ?? {},
  };
}
