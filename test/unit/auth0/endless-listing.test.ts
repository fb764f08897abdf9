import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { openOrganizations } from '../../../src/auth0/organizations.ts';
import type { SendRequest } from '../../../src/auth0/request.ts';
import { rejection } from '../sync/rejection.ts';

const NEVER = new AbortController().signal;

/** How many rows the listing gives, of pages of so many rows each, which never name the same cursor. */
async function listed(sizes: readonly number[]): Promise<number> {
  let asked = 0;
  const send = async () => {
    const organizations = Object.assign([], { length: sizes[asked] ?? 0 });
    asked += 1;
    return { organizations, next: asked < sizes.length ? `page-${asked}` : undefined };
  };
  const { listOrganizations } = openOrganizations('acme.eu.auth0.com', send as SendRequest);
  let rows = 0;
  for await (const page of listOrganizations(NEVER)) rows += page.length;
  expect(asked).to.equal(sizes.length);
  return rows;
}

async function endless(sizes: readonly number[]): Promise<void> {
  const fault = await rejection(listed(sizes));
  expect(fault).to.be.instanceOf(Fault).and.to.include({ reason: 'TargetUnavailable' });
  expect(fault).to.have.property('message').that.contains('without end');
}

function empty(count: number): readonly number[] {
  return Array.from({ length: count }, () => 0);
}

describe('auth0: a listing', () => {
  it('of twice as many organizations as Auth0 holds ends', async () => {
    expect(await listed([2_000_000, 2_000_000, 0])).to.equal(4_000_000);
  });

  it('of more is endless, when a further page is named', async () => {
    await endless([2_000_000, 2_000_000, 1, 0]);
  });

  it('goes on over a hundred pages without a row, again and again', async () => {
    expect(await listed([1, ...empty(100), 1, ...empty(100), 1])).to.equal(3);
  });

  it('is endless after more pages without a row, when a further page is named', async () => {
    await endless([1, ...empty(101), 1]);
  });
});
