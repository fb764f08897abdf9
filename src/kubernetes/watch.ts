import { z } from 'zod';
import type { Clock } from '../time/clock.ts';
import type { ApiAccess, Selection } from './api-access.ts';
import {
  invalidAnswerError,
  KubernetesError,
  networkError,
  timeoutError,
  watchEventError,
} from './kubernetes-error.ts';
import { ApiObject } from './resource.ts';
import { guardSilence } from './silence-guard.ts';
import { splitLines } from './watch-lines.ts';

/** An object as it is after the event, or as it was before its deletion. */
const ObjectEvent = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED']),
  object: ApiObject,
});
/** Nothing has happened up to this version. */
const Bookmark = z.object({
  type: z.literal('BOOKMARK'),
  object: z.object({ metadata: z.object({ resourceVersion: z.string() }) }),
});
const ErrorEvent = z.object({ type: z.literal('ERROR'), object: z.unknown() });
const AnyEvent = z.discriminatedUnion('type', [ObjectEvent, Bookmark, ErrorEvent]);

/** Its object's `metadata.resourceVersion` is where a later watch may resume. */
export type WatchEvent = z.infer<typeof ObjectEvent> | z.infer<typeof Bookmark>;

export interface WatchOptions {
  readonly access: ApiAccess;
  readonly selection: Selection;
  /** The events after this version are wanted. */
  readonly resourceVersion: string;
  /** After how long the server is to end the watch. */
  readonly timeoutSeconds: number;
  readonly silence: SilenceLimits;
  readonly clock: Clock;
  /** Called when the server has accepted the watch, and with every byte that comes. */
  readonly onHeard: () => void;
  readonly onEvent: (event: WatchEvent) => void;
}

/** How long, in milliseconds, a server may be silent before the connection counts as dead. */
export interface SilenceLimits {
  /** Until it answers the request. */
  readonly answerMs: number;
  /** Beyond the time-out of a watch, at which it must end the stream. */
  readonly marginMs: number;
  /** Between two bookmarks, once it has sent one; it sends them about every minute. */
  readonly bookmarkMs: number;
}

/**
 * Follows one watch until the server ends it. Rejects with a `KubernetesError` when the watch is
 * refused, breaks, goes silent or says ERROR, or with the signal's reason.
 */
export async function followWatch(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { access, selection, resourceVersion, timeoutSeconds, silence, clock } = options;
  const guard = guardSilence(
    { clock, allowedMs: silence.answerMs, error: () => timeoutError(access.server) },
    signal,
  );

  async function* listen(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      guard.heard();
      options.onHeard();
      yield chunk;
    }
  }

  try {
    const query = { ...selection, resourceVersion, timeoutSeconds };
    const body = await access.watch(query, guard.signal);
    guard.heard(timeoutSeconds * 1000 + silence.marginMs);
    options.onHeard();
    for await (const line of splitLines(listen(body))) {
      const event = readEvent(line, access.server, selection);
      if (event.type === 'BOOKMARK') guard.heard(silence.bookmarkMs);
      options.onEvent(event);
    }
  } catch (error) {
    guard.signal.throwIfAborted();
    if (error instanceof KubernetesError) throw error;
    if (error instanceof RangeError) throw invalidAnswerError(access.server);
    throw networkError(access.server, error);
  } finally {
    guard.end();
  }
}

function readEvent(line: string, server: string, { resource }: Selection): WatchEvent {
  let event: z.infer<typeof AnyEvent>;
  try {
    event = AnyEvent.parse(JSON.parse(line));
  } catch {
    throw invalidAnswerError(server);
  }
  if (event.type === 'ERROR') throw watchEventError(`watch ${resource.plural}`, event.object);
  return event;
}
