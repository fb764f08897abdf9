import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { InstitutionRow } from '../sandbox/institutions.ts';
import type { MovingTenant } from './motion.ts';
import { REQUESTED_AT } from './subject.ts';

/** So slow that no sync ends before it is let go. */
const BETWEEN_MS = 150;

/** A new listing, whose sync lasts until `endLongSync`, and has begun. */
export async function startLongSync(
  tenant: MovingTenant,
  rows: readonly InstitutionRow[],
): Promise<void> {
  tenant.pace.slow(BETWEEN_MS);
  tenant.the.setRows(rows);
  const written = tenant.auth0.requests.count({ endpoint: 'writes' });
  await tenant.client.annotate('world', `${REQUESTED_AT}=for-${rows.length}`);
  while (tenant.auth0.requests.count({ endpoint: 'writes' }) < written + 3) await sleep(50);
}

/** Lets the sync end; each row must have been created once, and nothing removed. */
export async function endLongSync(
  tenant: MovingTenant,
  rows: readonly InstitutionRow[],
): Promise<void> {
  tenant.pace.open();
  await tenant.untilEqual(rows);
  expect(tenant.auth0.requests.count({ method: 'DELETE' }), 'removals').to.equal(0);
  expect(tenant.auth0.requests.count({ method: 'POST', status: 201 })).to.equal(rows.length);
}
