import { newId } from './organization-store.ts';

/** A connection of the tenant. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly strategy: string;
  readonly display_name?: string;
}

export interface ConnectionStore {
  /** In order of creation. */
  readonly all: () => readonly Connection[];
  get(id: string): Connection | undefined;
  byName(name: string): Connection | undefined;
  /** The name must be free. */
  add(connection: Omit<Connection, 'id'>, id?: string): Connection;
  remove(id: string): void;
}

export function openConnectionStore(): ConnectionStore {
  const connections = new Map<string, Connection>();
  return {
    all: () => [...connections.values()],
    get: (id) => connections.get(id),
    byName: (name) => [...connections.values()].find((connection) => connection.name === name),
    add(connection, id = newId('con')) {
      const added = { ...connection, id };
      connections.set(id, added);
      return added;
    },
    remove: (id) => void connections.delete(id),
  };
}
