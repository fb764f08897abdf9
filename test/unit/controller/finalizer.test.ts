import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { FINALIZER } from '../../../src/api/names.ts';
import type { FaultReason } from '../../../src/api/reasons.ts';
import {
  givesUp,
  hasFinalizer,
  removeOrganizations,
  wantsFinalizer,
} from '../../../src/controller/finalizer.ts';
import { watched } from './objects.ts';
import { memoryTenant, recordingObserver } from '../sync/memory-tenant.ts';
import { rejection } from '../sync/rejection.ts';
import { ids, organization, organizations } from '../sync/rows.ts';

const NEVER = new AbortController().signal;
const DELETED_AT = '2026-01-01T00:00:00Z';
const MINUTE = 60_000;

describe('the finalizer', () => {
  it('is wanted for deletionPolicy Delete alone', () => {
    expect(wantsFinalizer(watched({ spec: { deletionPolicy: 'Delete' } }))).to.equal(true);
    expect(wantsFinalizer(watched({ spec: { deletionPolicy: 'Retain' } }))).to.equal(false);
    expect(wantsFinalizer(watched())).to.equal(false);
    expect(wantsFinalizer(watched({ spec: { nap: 'a fortnight' } }))).to.equal(false);
  });

  it('is known among others', () => {
    const finalizers = ['theirs/finalizer'];
    expect(hasFinalizer(watched({ metadata: { finalizers } }))).to.equal(false);
    expect(
      hasFinalizer(watched({ metadata: { finalizers: [...finalizers, FINALIZER] } })),
    ).to.equal(true);
  });
});

describe('givesUp', () => {
  const table: readonly (readonly [FaultReason, number])[] = [
    ['SecretNotFound', MINUTE],
    ['SecretInvalid', MINUTE],
    ['InvalidSpec', MINUTE],
    ['AuthenticationFailed', 5 * MINUTE],
    ['InsufficientScope', 5 * MINUTE],
  ];
  for (const [reason, patience] of table) {
    it(`after ${patience / MINUTE} min of ${reason}, and no sooner`, () => {
      const deletedAt = Date.parse(DELETED_AT);
      const fault = new Fault(reason, 'x');
      expect(givesUp(fault, DELETED_AT, deletedAt + patience - 1)).to.equal(false);
      expect(givesUp(fault, DELETED_AT, deletedAt + patience)).to.equal(true);
    });
  }

  it('never while Auth0 is away or refuses a removal', () => {
    const much = Date.parse(DELETED_AT) + 365 * 24 * 60 * MINUTE;
    for (const reason of ['TargetUnavailable', 'PartialFailure'] as const) {
      expect(givesUp(new Fault(reason, 'x'), DELETED_AT, much)).to.equal(false);
    }
  });
});

describe('removeOrganizations', () => {
  const clock = { now: () => 0, async sleep() {} };

  function removeAll(tenant: ReturnType<typeof memoryTenant>): Promise<number> {
    return removeOrganizations(tenant, recordingObserver(), clock, NEVER);
  }

  it('removes those that are managed, and counts them', async () => {
    const stranger = organization('org_x', 'stranger', {});
    const tenant = memoryTenant([...organizations(ids(3)), stranger]);
    expect(await removeAll(tenant)).to.equal(3);
    expect([...tenant.organizations.values()]).to.deep.equal([stranger]);
  });

  for (const others of [0, 1]) {
    it(`finds one that a listing has missed, after the removal of ${others} others`, async () => {
      const tenant = memoryTenant(organizations(ids(others)));
      const late = organization('org_late', 'i-9');
      tenant.after = (line) => {
        const listings = tenant.calls.filter((each) => each.startsWith('LIST')).length;
        if (line.startsWith('LIST') && listings === 1 + others) {
          tenant.organizations.set(late.id, late);
        }
      };
      expect(await removeAll(tenant)).to.equal(1 + others);
      expect([...tenant.organizations.keys()]).to.deep.equal([]);
    });
  }

  it('reads again until two listings in a row show none', async () => {
    const tenant = memoryTenant(organizations(ids(2)));
    const late = organization('org_late', 'i-9');
    tenant.after = (line) => {
      if (line === 'DELETE org_i-2') tenant.organizations.set(late.id, late);
    };
    expect(await removeAll(tenant)).to.equal(3);
    expect(tenant.calls.filter((line) => line.startsWith('LIST'))).to.have.length(4);
  });

  it('says which removal Auth0 refuses, and goes no further', async () => {
    const tenant = memoryTenant(organizations(ids(2)));
    tenant.faults.set('DELETE org_i-1', 409);
    const fault = await rejection(removeAll(tenant));
    expect(fault).to.be.instanceOf(Fault).and.to.include({ reason: 'PartialFailure' });
    expect((fault as Fault).message).to.match(
      /for instance: refused: DELETE org_i-1\. .*set deletionPolicy to Retain/,
    );
    expect([...tenant.organizations.keys()]).to.deep.equal(['org_i-1']);
  });
});
