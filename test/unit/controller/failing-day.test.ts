import { expect } from 'chai';
import type { InstitutionSyncStatus } from '../../../src/api/status.ts';
import { allowList } from '../../../src/controller/allow-list.ts';
import { startOperator } from '../../../src/controller/operator.ts';
import type { ApiAccess } from '../../../src/kubernetes/api-access.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { startMachine } from '../../simulation/machine.ts';
import { createWorld } from '../../simulation/world.ts';
import { createRecordedLog } from '../kubernetes/recorded-log.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Day {
  readonly statusWrites: number;
  readonly events: readonly string[];
  readonly lines: ReadonlyMap<string, number>;
  /** The ids of the syncs that the log says have failed. */
  readonly failed: ReadonlySet<unknown>;
  readonly status: InstitutionSyncStatus | undefined;
}

/** Plays a day in which THE fails each time with `failure`, on a virtual clock. */
async function dayOf(failure: (request: number) => Error): Promise<Day> {
  const { timeline, dice, api, auth0, kubectl } = createWorld(1, new Map(), undefined);
  const machine = startMachine({
    name: 'm1',
    timeline,
    dice,
    skewMs: 0,
    beforeDelivery: () => {},
    beforeAct: () => {},
  });
  const log = createRecordedLog();
  const access = api.connect(machine, { event: () => {}, listing: () => {} });
  const events: string[] = [];
  let statusWrites = 0;
  let requests = 0;
  const counted: ApiAccess = {
    ...access,
    create(at, object, signal) {
      if (at.resource.plural === 'events') {
        events.push((object as unknown as { reason: string }).reason);
      }
      return access.create(at, object, signal);
    },
    patch(at, patch, signal) {
      if (at.subresource === 'status') statusWrites += 1;
      return access.patch(at, patch, signal);
    },
  };
  const stop = new AbortController();
  const operator = startOperator(
    {
      namespaces: [],
      labelSelector: undefined,
      concurrency: 4,
      lease: undefined,
      allowLists: {
        auth0Domains: allowList(['*.auth0.com']),
        institutionHosts: allowList(['*.timeshighereducation.com']),
      },
      metrics: createMetrics(),
      log,
      clock: machine.clock,
      random: machine.random,
      access: counted,
      monotonic: machine.monotonic,
      fetch: auth0.connect(machine),
      adapter: () => Promise.reject(failure((requests += 1))),
    },
    stop.signal,
  );
  kubectl.writeSecret('a');
  kubectl.createObject('a', { nap: '30m' });
  await timeline.runUntil(timeline.now() + DAY_MS);
  const [object] = kubectl.objects();
  stop.abort(new Error('the day is over'));
  await timeline.runUntil(timeline.now() + MINUTE_MS);
  await operator.done;

  const lines = new Map<string, number>();
  for (const { message } of log.lines) lines.set(message, (lines.get(message) ?? 0) + 1);
  const status = object?.['status'] as InstitutionSyncStatus | undefined;
  const failures = log.lines.filter(({ message }) => message === 'sync failed');
  const failed = new Set(failures.map(({ fields }) => fields['sync']));
  return { statusWrites, events, lines, failed, status };
}

const refused = () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const changing = (request: number) =>
  Object.assign(new Error('connect'), { code: request % 7 < 3 ? 'ECONNREFUSED' : 'ENOTFOUND' });

describe('a day in which THE fails all the time', function () {
  this.timeout(60_000);

  for (const [title, failure] of [
    ['in one way', refused],
    ['in changing ways', changing],
  ] as const) {
    it(`costs few writes, one event and a bounded log, when it does so ${title}`, async () => {
      const { statusWrites, events, lines, failed, status } = await dayOf(failure);
      const attempts = lines.get('sync failed') ?? 0;
      const all = lines.values().reduce((sum, count) => sum + count, 0);
      console.log(
        `      ${attempts} syncs, ${statusWrites} status writes, ${events.length} events, ${all} lines`,
      );
      expect(status?.conditions?.find(({ type }) => type === 'Ready')).to.include({
        status: 'False',
        reason: 'SourceUnavailable',
      });
      expect(status?.history).to.have.length(5);
      expect(attempts).to.be.within(200, 500);
      expect(failed, 'ids of failed syncs').to.have.property('size', attempts);
      expect(failed).to.include(status?.lastSync?.id);
      // Of each sync its beginning, that it still reads after ten seconds, and its end.
      expect(statusWrites).to.be.at.most(attempts * 3);
      expect(events).to.deep.equal(['SyncFailed']);
      expect(all).to.be.at.most(attempts * 6 + 10);
    });
  }
});
