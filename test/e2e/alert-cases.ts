/** Series in promtool's notation, one sample a minute: `0x9` is ten zeros, `1+60x9` counts up. */
export interface AlertCase {
  readonly title: string;
  readonly series: Readonly<Record<string, string>>;
  /** Which alerts fire at which minute, each as `alertname name` or `alertname` alone. */
  readonly firing: readonly (readonly [minute: number, alerts: readonly string[]])[];
}

const OF = 'namespace="identity", name="world"';
const CONDITION = (type: string, status: string) =>
  `institution_sync_condition{${OF}, type="${type}", status="${status}"}`;
const HERE = { 'institution_sync_build_info{version="1"}': '1x1500' };
const NAP = { [`institution_sync_nap_seconds{${OF}}`]: '1800x1500' };
const SUCCESS = `institution_sync_last_success_timestamp_seconds{${OF}}`;

const FAST = 'InstitutionSyncFreshnessFastBurn world';
const SLOW = 'InstitutionSyncFreshnessSlowBurn world';

/** A success each half hour for this many minutes, and none from then on. */
function successesUntil(minutes: number): string {
  const naps = Array.from({ length: minutes / 30 }, (_, nap) => `${nap * 1800 + 60}x29`);
  return [...naps, `${minutes * 60 - 1740}x300`].join(' ');
}

/** Time passes, and the last success with it; for 50 minutes of every `period` there is none. */
function lateEvery(period: number, times: number): string {
  const round = (start: number) => {
    const fresh = Array.from({ length: period - 110 }, (_, minute) => start + minute * 60 + 60);
    return [...fresh, ...Array.from({ length: 110 }, () => start + (period - 110) * 60)];
  };
  return Array.from({ length: times }, (_, index) => round(index * period * 60))
    .flat()
    .join(' ');
}

/** The promised time of a nap of 30 minutes: 33 minutes and 15. */
export const ALERT_CASES: readonly AlertCase[] = [
  {
    title: 'an object in step',
    series: {
      ...HERE,
      ...NAP,
      [SUCCESS]: successesUntil(720),
      [CONDITION('Ready', 'True')]: '1x720',
      [CONDITION('Ready', 'False')]: '0x720',
      [CONDITION('Stalled', 'True')]: '0x720',
      [`institution_sync_held_changes{${OF}, operation="delete"}`]: '0x720',
      'leader_election_master_status{name="institution-sync", namespace="ops", job="a"}': '1x720',
      institution_sync_watch_last_heard_timestamp_seconds: '0+60x720',
      'controller_runtime_reconcile_errors_total{controller="institutionsync"}': '3x720',
      'institution_sync_auth0_requests_total{endpoint="list", code="200"}': '0+100x720',
      'institution_sync_auth0_requests_total{endpoint="list", code="429"}': '0+1x720',
    },
    firing: [
      [60, []],
      [360, []],
      [719, []],
    ],
  },
  {
    title: 'an object that is out of date from one moment on',
    // In step for half a day; the promise is broken 48 minutes after the last success.
    series: { ...HERE, ...NAP, [SUCCESS]: successesUntil(720) },
    firing: [
      [735, []],
      [743, []],
      [755, [FAST]],
      [840, [FAST, SLOW]],
    ],
  },
  {
    title: 'an object that is out of date for an hour out of twelve',
    series: { ...HERE, ...NAP, [SUCCESS]: lateEvery(720, 2) },
    // Once it is over, the slow windows remember it, until their short ones forget.
    firing: [
      [719, [FAST, SLOW]],
      [800, [SLOW]],
      [1300, []],
    ],
  },
  {
    title: 'an object that was out of date for five hours, and is in step again',
    series: {
      ...HERE,
      ...NAP,
      [SUCCESS]: `60x360 ${Array.from({ length: 120 }, (_, minute) => 21_660 + minute * 60).join(' ')}`,
    },
    // Nobody is woken, or kept awake, for what is well again.
    firing: [
      [359, [FAST, SLOW]],
      [363, [SLOW]],
      [420, [SLOW]],
    ],
  },
  {
    title: 'an object that is suspended',
    series: {
      ...HERE,
      ...NAP,
      [SUCCESS]: '60x400',
      [CONDITION('Suspended', 'True')]: '1x400',
    },
    firing: [[400, []]],
  },
  {
    title: 'an object that has never succeeded',
    series: { ...HERE, ...NAP, [SUCCESS]: '0x400' },
    firing: [[400, []]],
  },
  {
    title: 'an object that was deleted while it was out of date',
    series: {
      ...HERE,
      [`institution_sync_nap_seconds{${OF}}`]: '1800x200 stale',
      [SUCCESS]: '60x200 stale',
    },
    firing: [
      [190, [FAST, SLOW]],
      [205, []],
    ],
  },
  {
    title: 'a sync that fails',
    series: {
      ...HERE,
      [CONDITION('Ready', 'False')]: '0x9 1x60 0x10',
      [CONDITION('Stalled', 'True')]: '0x80',
    },
    firing: [
      [24, []],
      [26, ['InstitutionSyncFailing world']],
      [75, []],
    ],
  },
  {
    title: 'failures that pass by themselves',
    series: { ...HERE, [CONDITION('Ready', 'False')]: '0x9 1x10 0x5 1x10 0x5 1x10 0x20' },
    firing: [
      [20, []],
      [40, []],
      [55, []],
    ],
  },
  {
    title: 'an object that needs a person',
    series: {
      ...HERE,
      [CONDITION('Ready', 'False')]: '1x60',
      [CONDITION('Stalled', 'True')]: '1x60',
    },
    firing: [
      [4, []],
      [30, ['InstitutionSyncStalled world']],
    ],
  },
  {
    title: 'held changes',
    series: {
      ...HERE,
      [`institution_sync_held_changes{${OF}, operation="delete"}`]: '0x9 120x30 0x10',
      [`institution_sync_held_changes{${OF}, operation="update"}`]: '0x60',
    },
    firing: [
      [20, []],
      [30, ['InstitutionSyncChangesHeld world']],
      [45, []],
    ],
  },
  {
    title: 'a token that ends in six hours',
    series: {
      ...HERE,
      [`institution_sync_credentials_expiry_timestamp_seconds{${OF}}`]: '21600x600',
    },
    firing: [
      [110, []],
      [130, ['InstitutionSyncCredentialsExpiring world']],
      // It has ended, and nobody has noticed yet.
      [400, ['InstitutionSyncCredentialsExpiring world']],
    ],
  },
  {
    title: 'skipped rows',
    series: { ...HERE, [CONDITION('InstitutionsSkipped', 'True')]: '1x100' },
    firing: [
      [50, []],
      [65, ['InstitutionSyncInstitutionsSkipped world']],
    ],
  },
  {
    title: 'no controller',
    series: { 'institution_sync_build_info{version="1"}': '1x20 stale' },
    firing: [
      [19, []],
      [28, []],
      [35, ['InstitutionSyncControllerAbsent']],
    ],
  },
  {
    title: 'two controllers of which none is the leader',
    series: {
      ...HERE,
      'leader_election_master_status{name="institution-sync", namespace="ops", job="a", pod="1"}':
        '1x10 0x30',
      'leader_election_master_status{name="institution-sync", namespace="ops", job="a", pod="2"}':
        '0x20 0x5 1x15',
      // Another program's.
      'leader_election_master_status{name="other", namespace="ops", job="b"}': '0x60',
    },
    firing: [
      [10, []],
      [14, []],
      [20, ['InstitutionSyncNoLeader']],
      [30, []],
    ],
  },
  {
    title: 'a watch that hears nothing',
    series: {
      ...HERE,
      institution_sync_watch_last_heard_timestamp_seconds: '0+60x10 600x20',
    },
    firing: [
      [19, []],
      [23, ['InstitutionSyncWatchSilent']],
    ],
  },
  {
    title: 'an API server that refuses',
    series: {
      ...HERE,
      'controller_runtime_reconcile_errors_total{controller="institutionsync", namespace="ops"}':
        '0x10 0+1x40 40x60',
    },
    firing: [
      [20, []],
      [35, ['InstitutionSyncReconcileErrors']],
      [90, []],
    ],
  },
  {
    title: 'another client that takes what the tenant allows',
    series: {
      ...HERE,
      'institution_sync_auth0_requests_total{endpoint="list", code="200"}': '0+50x100',
      'institution_sync_auth0_requests_total{endpoint="list", code="429"}': '0+10x100',
      'institution_sync_auth0_requests_total{endpoint="byId", code="200"}': '0+50x100',
      'institution_sync_auth0_requests_total{endpoint="byId", code="429"}': '0x100',
      // One of two, a share of a half, is nothing to wake for.
      'institution_sync_auth0_requests_total{endpoint="byName", code="200"}': '0x50 1x50',
      'institution_sync_auth0_requests_total{endpoint="byName", code="429"}': '0x50 1x50',
    },
    firing: [
      [10, []],
      [60, ['InstitutionSyncRateLimited']],
    ],
  },
];
