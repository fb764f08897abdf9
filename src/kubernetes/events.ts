import { FIELD_MANAGER } from '../api/names.ts';
import type { Log } from '../telemetry/log.ts';
import type { Random } from '../time/backoff.ts';
import type { Clock } from '../time/clock.ts';
import type { ApiAccess } from './api-access.ts';
import { createEventSeries } from './event-series.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { microTime } from './micro-time.ts';
import type { Resource } from './resource.ts';

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface EventFacts {
  readonly regarding: Regarding;
  readonly type: 'Normal' | 'Warning';
  /** Why, in one word of the API: `SyncFailed`. At most 128 characters. */
  readonly reason: string;
  /** What the controller did, in one word: `Sync`. At most 128 characters. */
  readonly action: string;
  /** For people; cut at 1 KiB, which is the API's limit. */
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly access: ApiAccess;
  /** The controller's name, qualified by a domain: `sync.example.com/controller`. */
  readonly controller: string;
  /** This process: the pod's name. Cut at 128 characters, which is the API's limit. */
  readonly instance: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface EventRecorder {
  /**
   * Writes one event. One that tells the same as an event of the last hour becomes that one's series:
   * its count, and when it was last. Never rejects: an event that cannot be written is logged,
   * nothing more.
   */
  record(facts: EventFacts, signal: AbortSignal): Promise<void>;
}

const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events' };
/** 404: it is gone. 403: a role of somebody's own may let events be created alone. */
const ANEW: ReadonlySet<number | undefined> = new Set([403, 404]);
const LONGEST_NOTE_BYTES = 1024;
const LONGEST_INSTANCE = 128;
/** A name may have 253 characters; a dot and 13 hexadecimal digits follow. */
const LONGEST_NAME_PREFIX = 239;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { access, controller, instance, clock, random, log } = options;
  const series = createEventSeries();

  async function create(facts: EventFacts, signal: AbortSignal): Promise<void> {
    const { regarding, type, reason, action, note } = facts;
    const { namespace } = regarding;
    const name = eventName(regarding.name, random);
    const now = clock.now();
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name },
      eventTime: microTime(now),
      reportingController: controller,
      reportingInstance: instance.slice(0, LONGEST_INSTANCE),
      regarding,
      type,
      reason,
      action,
      note,
    };
    await access.create({ resource: EVENTS, namespace }, event, signal);
    series.remember(facts, { name, count: 1, lastAt: now });
  }

  /** Resolves with false when there is no such event, or when it may not be changed. */
  async function repeat(facts: EventFacts, signal: AbortSignal): Promise<boolean> {
    const now = clock.now();
    const known = series.find(facts, now);
    if (known === undefined) return false;
    const { namespace } = facts.regarding;
    const { name } = known;
    // The API wants 2 or more: the event itself was the first.
    const count = known.count + 1;
    const body = { series: { count, lastObservedTime: microTime(now) } };
    const patch = { type: 'merge', body, fieldManager: FIELD_MANAGER } as const;
    try {
      await access.patch({ resource: EVENTS, namespace, name }, patch, signal);
    } catch (error) {
      if (!(error instanceof KubernetesError) || !ANEW.has(error.statusCode)) throw error;
      series.forget(facts);
      return false;
    }
    series.remember(facts, { name, count, lastAt: now });
    return true;
  }

  return {
    async record(told, signal) {
      const facts = { ...told, note: cutUtf8(told.note, LONGEST_NOTE_BYTES) };
      try {
        if (!(await repeat(facts, signal))) await create(facts, signal);
      } catch (error) {
        if (signal.aborted) return;
        const { namespace, name } = facts.regarding;
        log.warn('An event could not be written', {
          namespace,
          name,
          reason: facts.reason,
          error,
        });
      }
    },
  };
}

function eventName(object: string, random: Random): string {
  const prefix = object.slice(0, LONGEST_NAME_PREFIX).replace(/[^a-z0-9]+$/, '');
  const unique = Math.floor(random() * 2 ** 52).toString(16);
  return `${prefix}.${unique.padStart(13, '0')}`;
}

/** At most `limit` bytes of the text, cut between characters. */
function cutUtf8(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  // In streaming mode a decoder holds back a character that is not complete.
  return new TextDecoder().decode(bytes.subarray(0, limit), { stream: true });
}
