import { ConnectionError } from './network.ts';

/** The body of a watch: chunks that come when they come. */
export interface WatchBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** False when the client will not hear of it any more. */
  push(chunk: Uint8Array): boolean;
  /** The server ends it. */
  end(): void;
  /** The connection breaks. */
  break(): void;
}

/** Ends with the signal's reason; `onClose` is called however it ends, perhaps twice. */
export function openWatchBody(signal: AbortSignal, onClose: () => void): WatchBody {
  const waiting: Uint8Array[] = [];
  let ended: { readonly error: unknown } | 'well' | undefined;
  let wake: (() => void) | undefined;

  function finish(how: NonNullable<typeof ended>): void {
    ended ??= how;
    wake?.();
  }
  function stop(): void {
    waiting.length = 0;
    finish({ error: signal.reason });
    onClose();
  }
  signal.addEventListener('abort', stop, { once: true });

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          yield chunk;
          continue;
        }
        if (ended === 'well') return;
        if (ended !== undefined) throw ended.error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      // A client that has left hears no more, also of what was on its way.
      finish('well');
      signal.removeEventListener('abort', stop);
      onClose();
    }
  }

  return {
    chunks: read(),
    push(chunk) {
      if (ended !== undefined) return false;
      waiting.push(chunk);
      wake?.();
      return true;
    },
    end: () => finish('well'),
    break: () => finish({ error: new ConnectionError('ECONNRESET') }),
  };
}
