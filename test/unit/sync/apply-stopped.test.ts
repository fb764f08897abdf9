import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { CHANGES_IN_FLIGHT } from '../../../src/sync/apply.ts';
import { nothingApplied } from '../../../src/sync/report.ts';
import { mixed, renaming, scene } from './changes-scene.ts';
import { writes } from './memory-tenant.ts';
import { rejection } from './rejection.ts';
import { ids, organization, organizations } from './rows.ts';

describe('apply at a fault', () => {
  const fault = new Fault('TargetUnavailable', 'down');

  it('starts nothing new; what is under way is finished and counted', async () => {
    const run = mixed(40);
    run.tenant.before = async (line) => {
      await nextTurn();
      if (line === 'POST i-61') throw fault;
    };
    let callsAtFault = 0;
    run.tenant.faults.set('PATCH', new Error('Updates come after the creations.'));
    run.tenant.after = () => void (callsAtFault = run.tenant.calls.length);
    expect(await rejection(run.apply())).to.equal(fault);
    expect(run.tenant.calls).to.have.length(callsAtFault);
    // All that were under way with the one that failed.
    expect(run.applied.created).to.equal(run.tenant.organizations.size - 80);
    expect(run.applied.created).to.equal(writes(run.tenant).length - 1);
    expect(run.applied).to.include({ failed: 0, left: 120 - run.applied.created });
  });

  it('ends the waits of the others', async () => {
    const run = mixed(40);
    run.tenant.organizations.set('org_x', organization('org_x', 'i-42', {}));
    const waiting = Promise.withResolvers<void>();
    run.tenant.readOrganizationByName = (_name, signal) =>
      new Promise((_, reject) => {
        // As one who waits for the tenant's limits.
        waiting.resolve();
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    run.tenant.before = async (line) => {
      if (line !== 'POST i-41') return;
      await waiting.promise;
      throw fault;
    };
    expect(await rejection(run.apply())).to.equal(fault);
  });

  it('doubts the memory: the write may have been made', async () => {
    const run = mixed(1);
    run.tenant.after = (line) => {
      if (line.startsWith('POST')) throw fault;
    };
    expect(await rejection(run.apply())).to.equal(fault);
    expect(run.memory.readAt).to.equal(undefined);
  });

  it('doubts the memory also when the sync is being stopped', async () => {
    const run = mixed(1);
    run.tenant.after = (line) => {
      if (!line.startsWith('POST')) return;
      run.abort.abort(new Error('stop'));
      throw fault;
    };
    expect(await rejection(run.apply())).to.equal(fault);
    expect(run.memory.readAt).to.equal(undefined);
  });

  it('among the renames makes no other change', async () => {
    const run = renaming();
    run.tenant.faults.set('PATCH org_2', fault);
    expect(await rejection(run.apply())).to.equal(fault);
    expect(run.applied).to.include({ updated: 1, created: 0, failed: 0, left: 3 });
  });
});

describe('apply at an abort', () => {
  it('starts nothing new; what is under way is finished and counted', async () => {
    const run = mixed(40);
    let callsAtAbort = 0;
    run.tenant.before = async (line) => {
      await nextTurn();
      if (line !== 'POST i-60') return;
      run.abort.abort(new Error('stop'));
      callsAtAbort = run.tenant.calls.length;
    };
    expect(await rejection(run.apply())).to.equal(run.abort.signal.reason);
    expect(run.tenant.calls).to.have.length(callsAtAbort);
    expect(run.applied.created).to.equal(callsAtAbort);
    expect(run.applied).to.include({ failed: 0, left: 120 - callsAtAbort });
    expect(run.memory.organizations).to.deep.equal(run.tenant.organizations);
    expect(run.memory.readAt).to.equal(1);
  });

  it('between the two requests of a removal removes nothing', async () => {
    const run = scene([], organizations(ids(1)));
    run.tenant.after = (line) => {
      if (line.startsWith('GET')) run.abort.abort(new Error('stop'));
    };
    expect(await rejection(run.apply())).to.equal(run.abort.signal.reason);
    expect(run.tenant.organizations.size).to.equal(1);
    expect(run.applied).to.deep.equal({ ...nothingApplied(), left: 1 });
    expect(run.memory.readAt).to.equal(1);
  });

  it('among the renames makes no other change', async () => {
    const run = renaming();
    run.tenant.after = () => run.abort.abort(new Error('stop'));
    expect(await rejection(run.apply())).to.equal(run.abort.signal.reason);
    expect(writes(run.tenant)).to.deep.equal(['PATCH org_3 {"name":"d"}']);
    expect(run.applied).to.include({ updated: 1, left: 3 });
  });

  it('that came before does nothing', async () => {
    const run = mixed(5);
    run.abort.abort(new Error('stop'));
    expect(await rejection(run.apply())).to.equal(run.abort.signal.reason);
    expect(run.tenant.calls).to.deep.equal([]);
    expect(run.applied.left).to.equal(15);
  });
});

describe('apply when the tenant is full', () => {
  const full = new Fault('CapacityExceeded', 'full');

  it('makes no more creations, all other changes, and rejects at the end', async () => {
    const run = mixed(40);
    let room = 10;
    run.tenant.before = (line) => {
      if (!line.startsWith('POST')) return;
      if (room === 0) throw full;
      room -= 1;
    };
    expect(await rejection(run.apply())).to.equal(full);
    expect(run.applied).to.include({
      created: 10,
      updated: 40,
      deleted: 40,
      failed: 0,
      left: 30,
    });
    const tried = writes(run.tenant).filter((line) => line.startsWith('POST'));
    expect(tried.length).to.be.at.most(10 + CHANGES_IN_FLIGHT);
    expect(run.memory.organizations).to.deep.equal(run.tenant.organizations);
    expect(run.memory.readAt).to.equal(1);
  });

  it('rejects with a graver fault, should one come', async () => {
    const run = mixed(5);
    const fault = new Fault('AuthenticationFailed', 'no');
    run.tenant.faults.set('POST', full);
    run.tenant.faults.set('DELETE', fault);
    expect(await rejection(run.apply())).to.equal(fault);
  });
});
