import type { SyncSettings } from './settings.ts';

/**
 * The scopes of Auth0's Management API that these settings need, as Auth0's documentation names
 * them for each endpoint.
 */
export function requiredScopes(
  settings: Pick<SyncSettings, 'mode' | 'prune' | 'connections'>,
): readonly string[] {
  const connected = settings.connections.length > 0;
  const reading = ['read:organizations', ...(connected ? ['read:connections'] : [])];
  if (settings.mode === 'Plan') return reading;
  return [
    ...reading,
    'create:organizations',
    'update:organizations',
    ...(settings.prune ? ['delete:organizations'] : []),
    ...(connected ? ['read:organization_connections', 'create:organization_connections'] : []),
  ];
}
