import type { Selection } from '../../src/kubernetes/api-access.ts';
import type { ApiObject } from '../../src/kubernetes/resource.ts';
import { refusal, selects } from './api-rules.ts';
import type { ApiEvent, ApiServer } from './api-server.ts';
import { openWatchBody, type WatchBody } from './api-watch.ts';
import type { Dice } from './dice.ts';
import type { Machine } from './machine.ts';
import { count, type Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

/** What a watch asks for. */
export type WatchQuery = Selection & {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
};

/** The watches of all machines. */
export interface ApiWatches {
  /** Throws 410 when the version is forgotten; `heard` is told of each event that the client gets. */
  start(
    machine: Machine,
    query: WatchQuery,
    heard: (event: ApiEvent) => void,
    signal: AbortSignal,
  ): WatchBody;
  /** Those of one machine become half-open: nothing comes any more, and nothing says so. */
  silence(machine: Machine): void;
  /** Some break, or fall silent, or say what cannot be read. */
  disturb(): void;
  /** Those that had fallen silent break at last, so that each client hears again. */
  mend(): void;
  open(machine: Machine): number;
}

interface Watch {
  readonly machine: Machine;
  readonly body: WatchBody;
  /** When the last chunk arrives: chunks keep their order. */
  arrivesAt: number;
  silent: boolean;
}

const BOOKMARK_MS = 60_000;

export function openApiWatches(options: {
  readonly server: ApiServer;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly dice: Dice;
  readonly tally: Tally;
}): ApiWatches {
  const { server, timeline, weather, dice, tally } = options;
  const watches = new Set<Watch>();

  function deliver(watch: Watch, act: () => void): void {
    if (watch.silent) return;
    watch.arrivesAt = Math.max(watch.arrivesAt, timeline.now() + weather.latency());
    timeline.at(watch.arrivesAt, () => watch.machine.deliver(act));
  }

  function disturbOne(watch: Watch): void {
    const how = dice.pick(['break', 'silence', 'expire', 'garble', 'nothing'] as const);
    if (how === 'nothing') return;
    count(tally, `fault: watch ${how}`);
    const { body } = watch;
    if (how === 'break') deliver(watch, () => body.break());
    if (how === 'silence') watch.silent = true;
    if (how === 'garble') deliver(watch, () => body.push(Buffer.from('{"type":"MOD\n')));
    if (how === 'expire') {
      const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
      deliver(watch, () => body.push(line('ERROR', status)));
    }
  }

  return {
    open: (machine) => [...watches].filter((watch) => watch.machine === machine).length,
    silence(machine) {
      for (const watch of watches) if (watch.machine === machine) watch.silent = true;
    },
    disturb() {
      for (const watch of watches) disturbOne(watch);
    },
    mend() {
      for (const watch of watches) {
        if (!watch.silent) continue;
        watch.silent = false;
        deliver(watch, () => watch.body.break());
      }
    },
    start(machine, query, heard, signal) {
      const missed = server.eventsSince(Number(query.resourceVersion), query);
      if (missed === undefined) throw refusal('watch', query, 410, 'Expired');
      const body = openWatchBody(signal, () => close());
      const watch: Watch = { machine, body, arrivesAt: 0, silent: false };
      // The client has left already.
      if (signal.aborted) return body;

      function close(): void {
        watches.delete(watch);
        server.listeners.delete(onEvent);
      }
      function onEvent(event: ApiEvent): void {
        if (event.plural !== query.resource.plural || !selects(query, event.object)) return;
        deliver(watch, () =>
          body.push(line(event.type, shown(query, event.object)), () => heard(event)),
        );
      }
      function bookmark(): void {
        if (!watches.has(watch)) return;
        const metadata = { resourceVersion: String(server.version()) };
        deliver(watch, () => body.push(line('BOOKMARK', { metadata })));
        timeline.after(BOOKMARK_MS, bookmark);
      }

      watches.add(watch);
      server.listeners.add(onEvent);
      for (const event of missed) onEvent(event);
      timeline.after(BOOKMARK_MS, bookmark);
      timeline.after(query.timeoutSeconds * 1000, () => {
        if (watches.has(watch)) deliver(watch, () => body.end());
      });
      return body;
    },
  };
}

/** As much of an object as the client asked for. */
export function shown({ metadataOnly }: Selection, object: ApiObject): ApiObject {
  return metadataOnly === true ? { metadata: object.metadata } : object;
}

function line(type: string, object: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}
