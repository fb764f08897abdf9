import { z } from 'zod';

/** A resource of the API: `{ group: '', version: 'v1', plural: 'secrets' }`. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** Where objects of one resource are: in one namespace, or, without one, in the whole cluster. */
export interface Collection {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
}

/** Where one object is. */
export interface ObjectPath extends Collection {
  readonly name: string;
  readonly subresource?: 'status';
}

/** An object as the API gives it. What the metadata does not show is for the caller to parse. */
export const ApiObject = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    resourceVersion: z.string(),
  }),
});
export type ApiObject = z.infer<typeof ApiObject>;

/** The path of a collection or object below the server's address. */
export function resourcePath(at: Collection | ObjectPath): string {
  const { group, version, plural } = at.resource;
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (at.namespace !== undefined) parts.push('namespaces', at.namespace);
  parts.push(plural);
  if ('name' in at) parts.push(at.name);
  if ('subresource' in at && at.subresource !== undefined) parts.push(at.subresource);
  return `/${parts.map(pathSegment).join('/')}`;
}

/** `namespace/name`, or the name alone of what has no namespace: the key of stores and queues. */
export function objectKey(object: { namespace?: string | undefined; name: string }): string {
  return object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
}

/** Dots and the empty string would name another path; the API has no such names. */
function pathSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new Error(`Not a name in the Kubernetes API: ${JSON.stringify(segment)}`);
  }
  return encodeURIComponent(segment);
}
