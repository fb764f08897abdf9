import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { CHANGES_IN_FLIGHT } from '../../../src/sync/apply.ts';
import { countChanges } from '../../../src/sync/changes.ts';
import { FAILURES_KEPT, nothingApplied } from '../../../src/sync/report.ts';
import { mixed, renaming, scene } from './changes-scene.ts';
import { writes, type MemoryTenant } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { ids, institution, organization, organizations } from './rows.ts';

describe('apply', () => {
  it('makes every change, tells of each, and leaves a memory that equals the tenant', async () => {
    const run = mixed(40);
    await run.apply();
    expect(run.applied).to.deep.equal({
      ...nothingApplied(),
      created: 40,
      updated: 40,
      deleted: 40,
    });
    expect(run.memory.organizations).to.deep.equal(run.tenant.organizations);
    expect(run.memory.readAt).to.equal(1);
    expect(run.observer.audits).to.have.length(120);
    expect(run.observer.phases[0]).to.equal('Applying 0/120');
    expect(run.observer.phases.slice(1)).to.deep.equal(
      Array.from({ length: 120 }, (_, index) => `Applying ${index + 1}/120`),
    );
  });

  it('says nothing when there is nothing to do', async () => {
    const run = scene([], []);
    await run.apply();
    expect(run.observer.phases).to.deep.equal([]);
    expect(run.applied).to.deep.equal(nothingApplied());
  });

  it('has many changes under way at a time, but never more than allowed', async () => {
    const run = mixed(40);
    const most = watchWidth(run.tenant);
    await run.apply();
    expect(most()).to.equal(CHANGES_IN_FLIGHT);
  });

  it('renames one by one, in the order that frees the names, before anything else', async () => {
    const run = renaming();
    const most = watchWidth(run.tenant);
    await run.apply();
    expect(writes(run.tenant)).to.deep.equal([
      'PATCH org_3 {"name":"d"}',
      'PATCH org_2 {"name":"c"}',
      'PATCH org_1 {"name":"b"}',
      'POST a',
    ]);
    expect(most()).to.equal(1);
    expect(run.applied).to.deep.include({ updated: 3, created: 1, failed: 0 });
  });

  it('when a rename is refused, those that waited for it are refused, and the rest goes on', async () => {
    const run = renaming();
    run.tenant.faults.set('PATCH org_3', 400);
    await run.apply();
    expect(run.applied).to.include({ updated: 0, created: 0, failed: 4, left: 0 });
    expect(
      run.applied.failures.map(({ institutionId, statusCode }) => [institutionId, statusCode]),
    ).to.deep.equal([
      ['d', 400],
      ['c', 409],
      ['b', 409],
      ['a', 409],
    ]);
  });

  it('doubts the memory when a name that it has as free is taken', async () => {
    const run = scene([institution('a')], [organization('org_1', 'zzz', { institutionId: 'a' })]);
    run.tenant.organizations.set('org_2', organization('org_2', 'a', {}));
    await run.apply();
    expect(run.applied.failures[0]).to.include({ institutionId: 'a', statusCode: 409 });
    expect(run.memory.readAt).to.equal(undefined);
  });

  it('counts a refused change and makes the rest', async () => {
    const run = mixed(20);
    run.tenant.faults.set('PATCH org_i-7 ', 400);
    run.tenant.faults.set('POST i-25', 422);
    run.tenant.faults.set('DELETE org_i-50', 403);
    await run.apply();
    expect(run.applied).to.include({ created: 19, updated: 19, deleted: 19, failed: 3, left: 0 });
    expect(run.applied.failures).to.have.deep.members([
      {
        institutionId: 'i-7',
        operation: 'update',
        statusCode: 400,
        message: 'refused: PATCH org_i-7 ',
      },
      {
        institutionId: 'i-25',
        operation: 'create',
        statusCode: 422,
        message: 'refused: POST i-25',
      },
      {
        institutionId: 'i-50',
        operation: 'delete',
        statusCode: 403,
        message: 'refused: DELETE org_i-50',
      },
    ]);
    expect(run.observer.failures).to.have.members([
      'update i-7: refused: PATCH org_i-7 ',
      'create i-25: refused: POST i-25',
      'delete i-50: refused: DELETE org_i-50',
    ]);
    expect(run.memory.organizations).to.deep.equal(run.tenant.organizations);
    expect(run.memory.readAt).to.equal(1);
  });

  it(`keeps ${FAILURES_KEPT} failures and counts all`, async () => {
    const run = mixed(10);
    for (const verb of ['POST', 'PATCH', 'DELETE']) run.tenant.faults.set(verb, 400);
    await run.apply();
    expect(run.applied).to.include({ failed: 30, left: 0 });
    expect(run.applied.failures).to.have.length(FAILURES_KEPT);
    expect(run.observer.failures).to.have.length(30);
  });

  it('counts a spared removal, a gone one and a lost organization for what they are', async () => {
    const run = scene([institution('i-1', 'New')], organizations(ids(4)));
    run.tenant.organizations.delete('org_i-1');
    run.tenant.organizations.delete('org_i-2');
    run.tenant.organizations.set('org_i-3', organization('org_i-3', 'i-3', {}));
    await run.apply();
    expect(run.applied).to.include({ deleted: 2, spared: 1, updated: 0, failed: 1, left: 0 });
    expect(run.applied.failures).to.deep.equal([
      {
        institutionId: 'i-1',
        operation: 'update',
        statusCode: 404,
        message: 'The organization was deleted meanwhile. The next sync creates it.',
      },
    ]);
    expect(run.observer.audits.map(({ institutionId }) => institutionId)).to.deep.equal(['i-4']);
  });

  it('does not hide a defect', async () => {
    const run = mixed(5);
    const defect = new TypeError('a defect');
    run.tenant.faults.set('PATCH', defect);
    expect(await rejection(run.apply())).to.equal(defect);
    expect(run.memory.readAt).to.equal(undefined);
  });

  it('counts what it applies', () => {
    expect(countChanges(mixed(4).changes)).to.equal(12);
  });
});

/** Makes each call take a turn; tells how many were under way at once at most. */
function watchWidth(tenant: MemoryTenant): () => number {
  let underWay = 0;
  let most = 0;
  tenant.before = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await nextTurn();
  };
  tenant.after = () => void (underWay -= 1);
  return () => most;
}
