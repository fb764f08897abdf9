import { z } from 'zod';
import { Fault } from './fault.ts';
import type { Immutable } from './immutable.ts';
import { API_VERSION, KIND } from './names.ts';
import { InstitutionSyncSpec } from './spec.ts';
import { InstitutionSyncStatus } from './status.ts';

const ObjectMeta = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  generation: z.int(),
  resourceVersion: z.string(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
});

/** An object as the API server stores it, without its spec, which this version may not understand. */
export const InstitutionSyncHead = z.object({
  metadata: ObjectMeta,
  status: InstitutionSyncStatus.optional(),
});
export type InstitutionSyncHead = Immutable<z.output<typeof InstitutionSyncHead>>;

/** An object as the API server stores it. Fields that this version does not know are left out. */
export const InstitutionSync = InstitutionSyncHead.extend({ spec: InstitutionSyncSpec });
export type InstitutionSync = Immutable<z.output<typeof InstitutionSync>>;

/** An object as a person writes it to a file. */
export const InstitutionSyncManifest = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: InstitutionSyncSpec,
});
export type InstitutionSyncManifest = Immutable<z.output<typeof InstitutionSyncManifest>>;

/** The spec with its defaults. Throws a Fault with reason InvalidSpec that names what is wrong. */
export function parseSpec(spec: unknown): InstitutionSyncSpec {
  const { success, data, error } = InstitutionSyncSpec.safeParse(spec);
  if (success) return data;
  throw new Fault('InvalidSpec', `${describeIssues(error, 'spec')}. Correct the object.`);
}

const MOST_ISSUES = 10;

/** What a parse found wrong, as `field: what; field: what`, with paths beneath `root`. */
export function describeIssues(error: z.ZodError, root = ''): string {
  const issues = error.issues.map((issue) => {
    const field = z.core.toDotPath(root === '' ? issue.path : [root, ...issue.path]);
    const isAbsent = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
    const message = isAbsent ? 'is required' : issue.message;
    return field === '' ? message : `${field}: ${message}`;
  });
  const distinct = [...new Set(issues)];
  const shown = distinct.slice(0, MOST_ISSUES);
  if (distinct.length > shown.length) shown.push(`and ${distinct.length - shown.length} more`);
  return shown.join('; ');
}
