/** The path of a request to Auth0 with names in place of ids, as its documentation writes it. */
export function pathTemplate(path: string): string {
  return path
    .replace(/(\/organizations\/name)\/[^/]+/, '$1/{name}')
    .replace(/(\/organizations)\/(?!name\/)[^/]+/, '$1/{id}')
    .replace(/(\/enabled_connections)\/[^/]+/, '$1/{connectionId}');
}
