import { Fault } from '../../src/api/fault.ts';
import { Refusal } from '../../src/auth0/refusal.ts';
import { Superseded } from '../../src/controller/objects.ts';
import { KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Guards } from './guards.ts';
import type { Knowledge } from './knowledge.ts';
import type { Machine } from './machine.ts';
import type { Timeline } from './timeline.ts';

/** Errors that follow from a fault outside, or from an end. */
const EXPECTED = /lease|could not be written before the end|SIGTERM/;

/** The log of one process. It tells when a sync begins, and of errors that no fault explains. */
export function machineLog(
  world: {
    readonly machine: Machine;
    readonly knowledge: Knowledge;
    readonly guards: Guards;
    readonly timeline: Timeline;
    readonly note: (line: () => string) => void;
  },
  common: Readonly<Record<string, unknown>> = {},
): Log {
  const { machine, knowledge, guards, timeline, note } = world;
  const object = typeof common['object'] === 'string' ? common['object'] : '';

  function write(level: string) {
    return (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (!machine.isAlive()) return;
      const { error } = fields;
      note(() => `${machine.name} ${level} ${object} ${message} ${brief(fields)}`);
      if (error !== undefined && !isExpected(error)) {
        guards.fail('unexpected error', `${message}: ${stackOf(error)}`);
      }
    };
  }

  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child(fields) {
      if (fields['sync'] !== undefined && machine.isAlive()) {
        const name = object.replace(/^.*\//, '');
        knowledge.session(machine, name).beginRun(timeline.now());
        note(() => `${machine.name} begins a sync for ${name}`);
      }
      return machineLog(world, { ...common, ...fields });
    },
  };
}

function isExpected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const kinds = [KubernetesError, Fault, Refusal, Superseded];
  return kinds.some((kind) => error instanceof kind) || EXPECTED.test(error.message);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function brief(fields: Readonly<Record<string, unknown>>): string {
  const { error, ...rest } = fields;
  const shown = error instanceof Error ? { ...rest, error: error.message } : rest;
  return JSON.stringify(shown).slice(0, 400);
}
