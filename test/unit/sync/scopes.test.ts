import { expect } from 'chai';
import { requiredScopes } from '../../../src/sync/scopes.ts';

const CONNECTIONS = [{ name: 'Users', assignMembershipOnLogin: false }];
const READING = ['read:organizations'];
const WRITING = ['create:organizations', 'update:organizations'];

describe('requiredScopes', () => {
  const table: [Parameters<typeof requiredScopes>[0], readonly string[]][] = [
    [{ mode: 'Plan', prune: true, connections: [] }, READING],
    [{ mode: 'Plan', prune: false, connections: CONNECTIONS }, [...READING, 'read:connections']],
    [{ mode: 'Enforce', prune: false, connections: [] }, [...READING, ...WRITING]],
    [
      { mode: 'Enforce', prune: true, connections: [] },
      [...READING, ...WRITING, 'delete:organizations'],
    ],
    [
      { mode: 'Enforce', prune: true, connections: CONNECTIONS },
      [
        ...READING,
        'read:connections',
        ...WRITING,
        'delete:organizations',
        'read:organization_connections',
        'create:organization_connections',
      ],
    ],
  ];
  for (const [settings, expected] of table) {
    const { mode, prune, connections } = settings;
    it(`mode ${mode}, prune ${prune}, ${connections.length} connections`, () => {
      expect(requiredScopes(settings)).to.have.members(expected);
    });
  }
});
