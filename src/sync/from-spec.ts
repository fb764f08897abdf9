import { parseDuration } from '../api/duration.ts';
import { parseLimit } from '../api/limit.ts';
import type { InstitutionSyncSpec } from '../api/spec.ts';
import type { SyncSettings } from './settings.ts';

/** The settings of the engine, from a spec with its defaults. */
export function syncSettings(spec: InstitutionSyncSpec): SyncSettings {
  return {
    mode: spec.mode,
    prune: spec.organizations.prune,
    adopt: spec.organizations.adopt,
    fields: spec.organizations.metadata,
    limits: {
      deletions: parseLimit(spec.limits.deletions),
      updates: parseLimit(spec.limits.updates),
    },
    driftIntervalMs: parseDuration(spec.driftInterval),
    connections: spec.auth0.connections,
  };
}
