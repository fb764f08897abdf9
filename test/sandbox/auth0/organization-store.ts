import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import type { NewerEnablement, OrganizationBody } from './organization-body.ts';

/** How a connection is enabled for an organization. */
export interface Enablement extends WantedEnablement {
  readonly assign_membership_on_login: boolean;
  readonly show_as_button: boolean;
  readonly is_enabled: boolean;
}

/** The same as requests carry it. */
export type WantedEnablement = z.infer<typeof NewerEnablement>;

export interface StoredOrganization {
  readonly id: string;
  /** Microseconds since the Unix epoch; no two organizations have the same. */
  readonly createdAt: number;
  body: OrganizationBody;
  readonly connections: Map<string, Enablement>;
}

export interface OrganizationStore {
  size(): number;
  /** In order of creation. */
  all(): readonly StoredOrganization[];
  get(id: string): StoredOrganization | undefined;
  byName(name: string): StoredOrganization | undefined;
  /** The name must be free. */
  add(body: OrganizationBody, id?: string): StoredOrganization;
  /** The new name, if it is one, must be free. */
  replace(organization: StoredOrganization, body: OrganizationBody): void;
  remove(organization: StoredOrganization): void;
  /** Up to `count` organizations created after this moment (microseconds). */
  createdAfter(moment: number, count: number): readonly StoredOrganization[];
}

export function openOrganizationStore(now: () => number): OrganizationStore {
  const rows: StoredOrganization[] = [];
  const ids = new Map<string, StoredOrganization>();
  const names = new Map<string, StoredOrganization>();
  let lastMoment = 0;

  /** The index of the first organization created after the moment. */
  function indexAfter(moment: number): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle]?.createdAt ?? 0) <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    size: () => rows.length,
    all: () => rows,
    get: (id) => ids.get(id),
    byName: (name) => names.get(name),
    add(body, id = newId('org')) {
      lastMoment = Math.max(Math.floor(now() * 1000), lastMoment + 1);
      const added = {
        id,
        createdAt: lastMoment,
        body: withoutEmptyMetadata(body),
        connections: new Map<string, Enablement>(),
      };
      rows.push(added);
      ids.set(id, added);
      names.set(body.name, added);
      return added;
    },
    replace(organization, body) {
      names.delete(organization.body.name);
      names.set(body.name, organization);
      organization.body = withoutEmptyMetadata(body);
    },
    remove(organization) {
      rows.splice(indexAfter(organization.createdAt) - 1, 1);
      ids.delete(organization.id);
      names.delete(organization.body.name);
    },
    createdAfter(moment, count) {
      const start = indexAfter(moment);
      return rows.slice(start, start + count);
    },
  };
}

/** Auth0 shows only what is set: metadata without a key is no metadata. */
function withoutEmptyMetadata(body: OrganizationBody): OrganizationBody {
  const { metadata, ...rest } = body;
  return metadata && Object.keys(metadata).length > 0 ? body : rest;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An id of Auth0's form: the prefix and 16 letters or digits. */
export function newId(prefix: 'org' | 'con'): string {
  let id = `${prefix}_`;
  for (let n = 0; n < 16; n += 1) id += LETTERS[randomInt(LETTERS.length)];
  return id;
}
