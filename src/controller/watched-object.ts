import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import { InstitutionSyncHead, parseSpec, type InstitutionSync } from '../api/institution-sync.ts';
import {
  APPROVE_ANNOTATION,
  FLUX_REQUESTED_AT_ANNOTATION,
  REQUESTED_AT_ANNOTATION,
} from '../api/names.ts';
import type { InstitutionSyncSpec } from '../api/spec.ts';

/** An InstitutionSync as the watch shows it; its spec may be one that this version cannot read. */
export interface WatchedObject extends InstitutionSyncHead {
  readonly spec: InstitutionSyncSpec | undefined;
  /** Why the spec cannot be read. */
  readonly invalid: Fault | undefined;
  /** The values of the annotations that ask for a sync now. */
  readonly requests: readonly string[];
  readonly approval: string | undefined;
}

const Specified = z.object({ spec: z.unknown() });

/** Reads an object of the API server. Throws only for what is no object of Kubernetes at all. */
export function readWatchedObject(raw: unknown): WatchedObject {
  const head = InstitutionSyncHead.parse(raw);
  const { spec } = Specified.parse(raw);
  const { annotations } = head.metadata;
  const requests = [REQUESTED_AT_ANNOTATION, FLUX_REQUESTED_AT_ANNOTATION].flatMap(
    (name) => annotations[name] ?? [],
  );
  const common = { ...head, requests, approval: annotations[APPROVE_ANNOTATION] };
  try {
    return { ...common, spec: parseSpec(spec), invalid: undefined };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...common, spec: undefined, invalid: error };
  }
}

/** Narrows to an object whose spec can be read. */
export function isReadable(object: WatchedObject): object is WatchedObject & InstitutionSync {
  return object.spec !== undefined;
}
