import { ConnectionError } from './network.ts';

/** The body of a watch: chunks that come when they come. */
export interface WatchBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** `onRead` is called when the client takes it, which it does not before the watch is answered. */
  push(chunk: Uint8Array, onRead?: () => void): void;
  /** The server ends it. */
  end(): void;
  /** The connection breaks. */
  break(): void;
}

/** Ends with the signal's reason; `onClose` is called however it ends, perhaps twice. */
export function openWatchBody(signal: AbortSignal, onClose: () => void): WatchBody {
  const waiting: { readonly chunk: Uint8Array; readonly onRead: (() => void) | undefined }[] = [];
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
        const next = waiting.shift();
        if (next !== undefined) {
          next.onRead?.();
          yield next.chunk;
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
    push(chunk, onRead) {
      if (ended !== undefined) return;
      waiting.push({ chunk, onRead });
      wake?.();
    },
    end: () => finish('well'),
    break: () => finish({ error: new ConnectionError('ECONNRESET') }),
  };
}
