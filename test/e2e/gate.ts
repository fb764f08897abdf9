import type { Limits } from '../sandbox/auth0/limits.ts';
import type { ServerOptions } from '../sandbox/server.ts';

/** Holds requests of a sandbox back, so that a run stands still in its middle. */
export interface Gate {
  /** The sandbox's hook. */
  readonly onRequest: NonNullable<ServerOptions['onRequest']>;
  /** From now on, lets `passes` requests of this method pass and holds all later ones. */
  close(method: string, passes: number): void;
  /** Resolves when a request is held. */
  untilHeld(): Promise<void>;
  /** Lets everything pass, what is held first. */
  open(): void;
}

const AMPLE = { burst: 1_000, perMinute: 60_000 };
/** So that what was held and is let go all at once meets no limit of the tenant. */
export const AMPLE_LIMITS: Limits = { byId: AMPLE, writes: AMPLE, global: AMPLE };

export function openGate(): Gate {
  let closed: { readonly method: string; left: number } | undefined;
  let held = Promise.withResolvers<void>();
  let opened = Promise.withResolvers<void>();

  return {
    async onRequest({ method }) {
      if (closed?.method !== method) return;
      closed.left -= 1;
      if (closed.left >= 0) return;
      held.resolve();
      await opened.promise;
    },
    close(method, passes) {
      closed = { method, left: passes };
      held = Promise.withResolvers();
      opened = Promise.withResolvers();
    },
    untilHeld: () => held.promise,
    open() {
      closed = undefined;
      opened.resolve();
    },
  };
}
