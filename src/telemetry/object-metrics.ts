import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Seconds, from an idle reconciliation to a first sync of a whole tenant (88 minutes at best). */
const SYNC_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

const OBJECT = ['namespace', 'name'] as const;

/** What is measured of each InstitutionSync; all of it goes with the object. */
export function createObjectMetrics(registers: Registry[]) {
  return {
    lastSuccess: new Gauge({
      name: 'institution_sync_last_success_timestamp_seconds',
      help: 'When the last successful sync ended, in Unix seconds; 0 before the first.',
      labelNames: OBJECT,
      registers,
    }),
    duration: new Histogram({
      name: 'institution_sync_duration_seconds',
      help: 'How long syncs took.',
      labelNames: OBJECT,
      buckets: SYNC_SECONDS,
      registers,
    }),
    institutions: new Gauge({
      name: 'institution_sync_institutions',
      help: "Institutions in THE's last complete listing.",
      labelNames: OBJECT,
      registers,
    }),
    organizations: new Gauge({
      name: 'institution_sync_organizations',
      help: 'Organizations of the tenant by state: managed, in_sync, unmanaged, conflict.',
      labelNames: [...OBJECT, 'state'] as const,
      registers,
    }),
    changes: new Counter({
      name: 'institution_sync_changes_total',
      help: 'Changes in Auth0 by operation (create, update, delete, connect) and result (success, failure).',
      labelNames: [...OBJECT, 'operation', 'result'] as const,
      registers,
    }),
    held: new Gauge({
      name: 'institution_sync_held_changes',
      help: 'Changes that wait for approval, by operation (update, delete).',
      labelNames: [...OBJECT, 'operation'] as const,
      registers,
    }),
    condition: new Gauge({
      name: 'institution_sync_condition',
      help: 'Conditions of the object: 1 for the status that a condition has, 0 for the others.',
      labelNames: [...OBJECT, 'type', 'status'] as const,
      registers,
    }),
    fault: new Gauge({
      name: 'institution_sync_fault',
      help: 'Why the object is not Ready: 1 for the reason that it has, 0 for the others.',
      labelNames: [...OBJECT, 'reason'] as const,
      registers,
    }),
    nap: new Gauge({
      name: 'institution_sync_nap_seconds',
      help: 'The pause between two syncs that the object asks for.',
      labelNames: OBJECT,
      registers,
    }),
    credentialsExpiry: new Gauge({
      name: 'institution_sync_credentials_expiry_timestamp_seconds',
      help: 'When the credentials in use end, in Unix seconds: those of a token given by hand, or of one that cannot be renewed. Absent when nothing is known to end.',
      labelNames: OBJECT,
      registers,
    }),
  };
}
