import { allowList } from '../../src/controller/allow-list.ts';
import { startOperator } from '../../src/controller/operator.ts';
import type { ApiService } from './api-line.ts';
import type { Auth0Service } from './auth0-line.ts';
import type { Dice } from './dice.ts';
import { hearing } from './hearing.ts';
import type { Knowledge } from './knowledge.ts';
import { machineLog } from './machine-log.ts';
import { startMachine, type Machine } from './machine.ts';
import type { Guards } from './guards.ts';
import { ALL_NAMESPACES } from './kubectl.ts';
import { quietMetrics } from './quiet-metrics.ts';
import { count, type Tally } from './tally.ts';
import type { TheService } from './the-line.ts';
import type { Timeline } from './timeline.ts';

/** As a pod's grace period. */
export const GRACE_MS = 30_000;

/** The replicas of the operator and what the cluster does with them. */
export interface Cluster {
  start(): void;
  readonly machines: () => readonly Machine[];
  kill(machine: Machine): void;
  /** SIGTERM; after the grace period, SIGKILL. */
  stop(machine: Machine): void;
  pause(machine: Machine, ms: number): void;
  /** From now on, a machine may be killed or paused before any delivery, this often. */
  hazard: { kill: number; pause: number };
  /** Whether ended machines are replaced. */
  isReplacing: boolean;
  /** What ended or dead machines still have open, beyond their due. */
  leaks(): readonly string[];
}

export function createCluster(options: {
  readonly replicas: number;
  readonly leaderElection: boolean;
  readonly concurrency: number;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly tally: Tally;
  readonly knowledge: Knowledge;
  readonly guards: Guards;
  readonly api: ApiService;
  readonly auth0: Auth0Service;
  readonly the: TheService;
  readonly note: (line: () => string) => void;
}): Cluster {
  const { timeline, dice, tally, knowledge, guards, api, auth0, the, note } = options;
  const running = new Map<Machine, AbortController>();
  const ended: Machine[] = [];
  let started = 0;
  let syncs = 0;

  function beforeDelivery(machine: Machine): void {
    const { kill, pause } = cluster.hazard;
    if (kill + pause === 0) return;
    const drawn = dice.next();
    if (drawn < kill) cluster.kill(machine);
    else if (drawn < kill + pause) cluster.pause(machine, dice.between(1_000, 40_000));
  }

  /** Not paused: between the last look at the lease and the request no process can guard itself. */
  function beforeAct(machine: Machine): void {
    const { kill } = cluster.hazard;
    if (kill > 0 && dice.chance(kill)) cluster.kill(machine);
  }

  function replace(): void {
    timeline.after(dice.between(500, 8_000), () => {
      if (cluster.isReplacing) launch();
    });
  }

  function launch(): void {
    started += 1;
    const machine = startMachine({
      name: `m${started}`,
      timeline,
      dice: dice.fork(),
      skewMs: dice.chance(0.5) ? 0 : dice.between(-3_000, 3_000),
      beforeDelivery,
      beforeAct,
    });
    const stop = new AbortController();
    running.set(machine, stop);
    const namespaces = dice.chance(0.5) ? ALL_NAMESPACES : [];
    const selected = namespaces.length > 0 ? namespaces : [undefined];
    for (const namespace of selected) knowledge.unlisted(machine).add(namespace);
    note(() => `${machine.name} starts`);
    const operator = startOperator(
      {
        namespaces,
        labelSelector: undefined,
        concurrency: options.concurrency,
        lease: options.leaderElection
          ? { namespace: 'operators', name: 'institution-sync' }
          : undefined,
        allowLists: {
          auth0Domains: allowList(['*.auth0.com']),
          institutionHosts: allowList(['*.timeshighereducation.com']),
        },
        metrics: quietMetrics(),
        log: machineLog({ machine, knowledge, guards, timeline, note }),
        clock: machine.clock,
        random: machine.random,
        access: api.connect(machine, hearing(knowledge, machine)),
        monotonic: machine.monotonic,
        fetch: auth0.connect(machine),
        adapter: the.connect(machine),
        newId: () => `sync-${(syncs += 1)}`,
      },
      stop.signal,
    );
    operator.done.then(
      () => exit(machine, stop.signal, undefined),
      (error: unknown) => exit(machine, stop.signal, error),
    );
  }

  function exit(machine: Machine, signal: AbortSignal, error: unknown): void {
    if (!machine.isAlive()) return;
    const message = error instanceof Error ? error.message : 'well';
    note(() => `${machine.name} ends: ${message}`);
    if (error !== undefined && error !== signal.reason) {
      count(tally, 'end: lease lost');
      if (!/lease/.test(message)) guards.fail('unexpected error', `the operator ended: ${message}`);
    } else if (!signal.aborted) guards.fail('unexpected error', 'the operator ended by itself');
    bury(machine);
    // What the end of work has not closed, nothing will.
    if (error === undefined || error === signal.reason) ended.push(machine);
    // The microtasks of this moment may still close something.
    timeline.after(0, () => machine.kill());
    replace();
  }

  function bury(machine: Machine): void {
    running.delete(machine);
  }

  const cluster: Cluster = {
    hazard: { kill: 0, pause: 0 },
    isReplacing: true,
    start() {
      for (let n = 0; n < options.replicas; n += 1) timeline.after(dice.between(0, 2_000), launch);
    },
    machines: () => [...running.keys()],
    kill(machine) {
      if (!running.has(machine)) return;
      note(() => `${machine.name} is killed`);
      count(tally, 'fault: process killed');
      machine.kill();
      bury(machine);
      replace();
    },
    stop(machine) {
      note(() => `${machine.name} is told to stop`);
      count(tally, 'fault: process restarted');
      machine.deliver(() => running.get(machine)?.abort(new Error('SIGTERM')));
      timeline.after(GRACE_MS, () => cluster.kill(machine));
    },
    pause(machine, ms) {
      note(() => `${machine.name} is paused for ${Math.round(ms)} ms`);
      count(tally, 'fault: process paused');
      machine.pause();
      timeline.after(ms, () => machine.resume());
    },
    leaks() {
      return ended.flatMap((machine) => {
        const open = {
          timers: machine.timers(),
          watches: api.watches.open(machine),
          requests: api.open(machine) + auth0.open(machine) + the.open(machine),
        };
        const found = Object.entries(open).filter(([, many]) => many > 0);
        return found.map(([what, many]) => `${machine.name} has ${many} ${what} open`);
      });
    },
  };
  return cluster;
}
