/** What the operator asks for: everything it may do, and nothing else. */
export const OPERATOR_SCOPES: readonly string[] = [
  'read:organizations',
  'create:organizations',
  'update:organizations',
  'delete:organizations',
  'read:connections',
  'read:organization_connections',
  'create:organization_connections',
  'update:organization_connections',
];

/** Every scope that an endpoint of the sandbox knows. */
export const ALL_SCOPES: readonly string[] = [
  ...OPERATOR_SCOPES,
  'delete:organization_connections',
  'create:connections',
  'delete:connections',
];
