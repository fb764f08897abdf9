import type { ApiAccess, Selection } from '../../src/kubernetes/api-access.ts';
import { withDeadline } from '../../src/kubernetes/deadline.ts';
import { networkError, timeoutError } from '../../src/kubernetes/kubernetes-error.ts';
import type { Collection, ObjectPath } from '../../src/kubernetes/resource.ts';
import { answerTo, fateOfWatch, SERVER, type Answered } from './api-answers.ts';
import type { ApiEvent, ApiServer, Stored } from './api-server.ts';
import type { WatchBody } from './api-watch.ts';
import { openApiWatches, shown, type ApiWatches } from './api-watches.ts';
import type { Dice } from './dice.ts';
import type { Machine } from './machine.ts';
import { openNetwork } from './network.ts';
import { count, type Tally } from './tally.ts';
import type { Timeline } from './timeline.ts';
import type { Fate, Weather } from './weather.ts';

/** As the real client's. */
const TIMEOUT_MS = 30_000;

/** The API server as machines reach it. */
export interface ApiService {
  /** What a machine has; `hear` is told of each object of the watches and listings it gets. */
  connect(machine: Machine, hear: Hear): ApiAccess;
  readonly watches: ApiWatches;
  /** Nothing comes through between this machine and the server for a while. */
  cutOff(machine: Machine, ms: number): void;
  /** Ends all that hinders machines from hearing the server. */
  mend(): void;
  /** Requests that the machine has open. */
  open(machine: Machine): number;
}

/** What a machine learns of objects: of one, or of all there are. */
export interface Hear {
  event(event: ApiEvent): void;
  listing(selection: Selection, objects: readonly Stored[]): void;
}

/** A write that took effect. */
export interface ApiWrite {
  readonly machine: Machine;
  readonly at: ObjectPath;
  readonly before: Stored | undefined;
  readonly after: Stored;
}

export function openApiService(options: {
  readonly server: ApiServer;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly dice: Dice;
  readonly tally: Tally;
  readonly onWrite: (write: ApiWrite) => void;
}): ApiService {
  const { server, timeline, weather, dice, tally, onWrite } = options;
  const network = openNetwork(timeline, weather);
  const watches = openApiWatches(options);
  const cutUntil = new Map<Machine, number>();

  function fateOf(machine: Machine): Fate {
    const isCut = (cutUntil.get(machine) ?? 0) > timeline.now();
    return isCut ? dice.pick(['refused', 'hang', 'hang']) : weather.fate();
  }

  /** One request and its answer, without a time limit. */
  async function ask<T>(
    request: Request<T>,
    fate: Fate,
    served: Fate,
    signal: AbortSignal,
  ): Promise<T> {
    const { machine, verb, at, effect, learn = () => {} } = request;
    const answer = await network
      .send<Answered<T>>({
        machine,
        fate,
        signal,
        serve: (reply) => reply(answerTo(served, verb, at, effect, dice)),
        learn: (answered) => {
          if ('value' in answered) learn(answered.value);
        },
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        throw networkError(SERVER, error);
      });
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  function exchange<T>(request: Request<T>, signal: AbortSignal): Promise<T> {
    const { clock } = request.machine;
    const fate = fateOf(request.machine);
    const deadline = { clock, ms: TIMEOUT_MS, signal, error: () => timeoutError(SERVER) };
    return withDeadline(deadline, (until) => ask(request, fate, fate, until));
  }

  return {
    watches,
    open: (machine) => network.open(machine),
    cutOff(machine, ms) {
      count(tally, 'fault: process cut off from the API server');
      cutUntil.set(machine, timeline.now() + ms);
      watches.silence(machine);
    },
    mend() {
      cutUntil.clear();
      watches.mend();
    },

    connect(machine, hear) {
      function write(
        verb: string,
        at: ObjectPath,
        effect: () => Stored,
        signal: AbortSignal,
      ): Promise<Stored> {
        const observed = () => {
          const before = server.get(at);
          const after = effect();
          onWrite({ machine, at, before, after });
          return after;
        };
        return exchange({ machine, verb, at, effect: observed }, signal);
      }
      return {
        server: SERVER,
        get: (at, signal) =>
          exchange({ machine, verb: 'read', at, effect: () => server.get(at) }, signal),
        list(selection, signal) {
          let items: readonly Stored[] = [];
          const effect = () => {
            items = server.list(selection);
            const resourceVersion = String(server.version());
            return {
              items: items.map((each) => shown(selection, each)),
              resourceVersion,
              next: undefined,
            };
          };
          const learn = () => hear.listing(selection, items);
          return exchange({ machine, verb: 'list', at: selection, effect, learn }, signal);
        },
        create(at, object, signal) {
          const { name } = (object as Pick<Stored, 'metadata'>).metadata;
          return write('create', { ...at, name }, () => server.create(at, object), signal);
        },
        replace: (at, object, signal) =>
          write('replace', at, () => server.replace(at, object), signal),
        patch(at, { type, body }, signal) {
          const isStatus = type === 'apply' && at.subresource === 'status';
          const effect = () => (isStatus ? server.applyStatus(at, body) : server.merge(at, body));
          return write('patch', at, effect, signal);
        },
        delete: () => Promise.reject(new Error('not a request of the operator')),
        async watch(query, signal) {
          const fate = fateOf(machine);
          const effect = () => watches.start(machine, query, (event) => hear.event(event), signal);
          const request: Request<WatchBody> = { machine, verb: 'watch', at: query, effect };
          const sent = fate === 'unanswered' || fate === 'hung' ? 'lost' : fate;
          const body = await ask(request, sent, fateOfWatch(fate), signal);
          return body.chunks;
        },
        close: async () => {},
      };
    },
  };
}

interface Request<T> {
  readonly machine: Machine;
  readonly verb: string;
  readonly at: Collection;
  readonly effect: () => T;
  /** Called when the machine gets the value. */
  readonly learn?: (value: T) => void;
}
