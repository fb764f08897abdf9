import type { Random } from '../../src/time/backoff.ts';
import type { Clock } from '../../src/time/clock.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';

/**
 * One process of the operator. Whatever reaches it, be it an answer or the end of a wait, comes
 * through `deliver`; whatever it does outside asks `isAlive` first. So it can be stopped or killed
 * between any two awaits.
 */
export interface Machine {
  readonly name: string;
  /** Its wall clock, which may be wrong. */
  readonly clock: Clock;
  /** Goes on while the process is paused. */
  readonly monotonic: () => number;
  readonly random: Random;
  deliver(act: () => void): void;
  isAlive(): boolean;
  /** Whether it lives to do what it is about to do outside: it may be killed right before. */
  mayAct(): boolean;
  /** As SIGSTOP: nothing runs, what comes waits. */
  pause(): void;
  resume(): void;
  /** As SIGKILL. */
  kill(): void;
  /** Waits under way. */
  timers(): number;
}

export interface MachineOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly dice: Dice;
  /** How far its wall clock is ahead. */
  readonly skewMs: number;
  /** Called before each delivery: it may pause or kill the machine. */
  readonly beforeDelivery: (machine: Machine) => void;
  /** Called before each request it sends: it may kill the machine. */
  readonly beforeAct: (machine: Machine) => void;
}

export function startMachine(options: MachineOptions): Machine {
  const { name, timeline, dice, skewMs, beforeDelivery, beforeAct } = options;
  const bootedAt = timeline.now() - dice.between(0, 1e6);
  const waits = new Set<object>();
  let state: 'running' | 'paused' | 'dead' = 'running';
  let backlog: (() => void)[] = [];

  const machine: Machine = {
    name,
    random: dice.next,
    monotonic: () => timeline.now() - bootedAt,
    clock: {
      now: () => Math.floor(timeline.now() + skewMs),
      sleep(ms, signal) {
        return new Promise((resolve, reject) => {
          signal.throwIfAborted();
          const alarm = timeline.after(Math.max(1, ms), () => machine.deliver(ring));
          waits.add(alarm);
          function end(): void {
            alarm.cancel();
            waits.delete(alarm);
            signal.removeEventListener('abort', stop);
          }
          function ring(): void {
            end();
            resolve();
          }
          function stop(): void {
            end();
            reject(signal.reason);
          }
          signal.addEventListener('abort', stop, { once: true });
        });
      },
    },
    deliver(act) {
      if (state === 'running') beforeDelivery(machine);
      if (state === 'running') act();
      else if (state === 'paused') backlog.push(act);
    },
    isAlive: () => state !== 'dead',
    mayAct() {
      if (state === 'running') beforeAct(machine);
      return state !== 'dead';
    },
    pause() {
      if (state === 'running') state = 'paused';
    },
    resume() {
      if (state !== 'paused') return;
      state = 'running';
      // One by one: what the first does may kill it before the second.
      for (const act of backlog) timeline.after(0, () => machine.deliver(act));
      backlog = [];
    },
    kill() {
      state = 'dead';
      backlog = [];
    },
    timers: () => waits.size,
  };
  return machine;
}
