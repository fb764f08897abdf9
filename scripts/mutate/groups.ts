/** Files that are mutated together, and the tests that must notice. */
export interface Group {
  readonly name: string;
  readonly files: readonly string[];
  /** The quickest first: the first failure ends a run. */
  readonly tests: readonly string[];
}

/** What decides over creations, updates and removals, and what keeps it from deciding wrongly. */
export const GROUPS: readonly Group[] = [
  {
    name: 'plan',
    files: paths('src/sync', ['plan', 'desired', 'listed-ids', 'ownership', 'renames']),
    tests: paths('test/unit/sync', [
      'plan.test',
      'ownership.test',
      'plan-in-slices.test',
      'listed-ids.test',
      'sync.test',
      'sync-laws.test',
    ]),
  },
  {
    name: 'policy',
    files: [
      ...paths('src/sync', ['changes', 'policy', 'plan-hash', 'confirm-removals', 'scopes']),
      'src/api/limit.ts',
    ],
    tests: [
      'test/unit/api/limit.test.ts',
      'test/unit/api/crd.test.ts',
      ...paths('test/unit/sync', [
        'policy.test',
        'plan-hash.test',
        'confirm-removals.test',
        'scopes.test',
        'sync-held.test',
        'policy-laws.test',
      ]),
    ],
  },
  {
    name: 'apply',
    files: paths('src/sync', ['apply-change', 'apply', 'remove-all', 'report', 'snapshot', 'sync']),
    tests: paths('test/unit/sync', [
      'apply-change.test',
      'apply.test',
      'apply-stopped.test',
      'report.test',
      'snapshot.test',
      'remove-all.test',
      'sync.test',
      'sync-connections.test',
      'repair-connections.test',
      'sync-faults.test',
      'sync-held.test',
      'sync-interrupted.test',
      'confirm-removals.test',
      'sync-laws.test',
    ]),
  },
  {
    name: 'rows',
    files: paths('src/institutions', ['tally', 'page', 'row']),
    tests: paths('test/unit/institutions', ['tally.test', 'row.test', 'page.test']),
  },
  {
    name: 'names',
    files: paths('src/institutions', ['display-name', 'digest']),
    tests: paths('test/unit/institutions', ['digest.test', 'display-name.test']),
  },
  {
    name: 'stream',
    files: ['src/institutions/row-stream.ts'],
    tests: paths('test/unit/institutions', ['page.test', 'row-stream.test']),
  },
  {
    name: 'listing',
    files: paths('src/institutions', ['listing', 'page-reader']),
    tests: paths('test/integration/institutions', ['listing.test', 'conditional.test']),
  },
  {
    name: 'tenant',
    files: paths('src/auth0', ['answers', 'organizations']),
    tests: [
      ...paths('test/unit/auth0', ['answers.test', 'endless-listing.test']),
      ...paths('test/integration/auth0', [
        'metadata.test',
        'organizations.test',
        'abort.test',
        'unreadable.test',
      ]),
    ],
  },
  {
    name: 'rights',
    files: paths('src/controller', ['tenant-conflict', 'allow-list', 'finalizer']),
    tests: paths('test/unit/controller', [
      'tenant-conflict.test',
      'allow-list.test',
      'finalizer.test',
    ]),
  },
  {
    name: 'objects',
    files: paths('src/controller', ['objects', 'entry']),
    tests: paths('test/unit/controller', ['track-objects.test', 'entry.test']),
  },
  {
    name: 'reconcile',
    files: paths('src/controller', ['reconcile', 'admit', 'deletion']),
    tests: paths('test/unit/controller', [
      'reconcile-steps.test',
      'deletion.test',
      'admit.test',
      'reconcile.test',
    ]),
  },
  {
    name: 'operator',
    files: paths('src/controller', ['operator', 'object-work', 'leadership']),
    tests: paths('test/unit/controller', ['operator.test', 'silence.test', 'operator-wiring.test']),
  },
  {
    name: 'leave',
    files: ['src/kubernetes/leave-to-send.ts'],
    tests: ['test/integration/kubernetes/leave-to-send.test.ts'],
  },
  {
    name: 'lease',
    files: paths('src/kubernetes', ['held-lease', 'lease-claim', 'lease-record']),
    tests: paths('test/unit/kubernetes', ['lease.test', 'lease-contention.test']),
  },
];

function paths(folder: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${folder}/${name}.ts`);
}
