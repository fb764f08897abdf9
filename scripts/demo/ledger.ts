import type { Auth0Sandbox } from '../../test/sandbox/auth0/start.ts';
import type { TheSandbox } from '../../test/sandbox/the/start.ts';

/** What both services were asked. */
export interface Traffic {
  readonly the: number;
  readonly auth0: number;
  readonly created: number;
  readonly updated: number;
  readonly removed: number;
  /** Answers 429. */
  readonly refused: number;
}

export interface Ledger {
  /** The traffic since the last call, or since the beginning. */
  take(): Traffic;
}

/** Keeps account of what the stand-ins were asked. */
export function openLedger(auth0: Auth0Sandbox, the: TheSandbox): Ledger {
  let last = totals(auth0, the);
  return {
    take() {
      const now = totals(auth0, the);
      const before = last;
      last = now;
      return {
        the: now.the - before.the,
        auth0: now.auth0 - before.auth0,
        created: now.created - before.created,
        updated: now.updated - before.updated,
        removed: now.removed - before.removed,
        refused: now.refused - before.refused,
      };
    },
  };
}

function totals(auth0: Auth0Sandbox, the: TheSandbox): Traffic {
  const counts = auth0.requests.counts();
  const writes = counts['writes'] ?? {};
  return {
    the: sum(the.requests.counts()),
    auth0: sum(counts),
    created: writes[201] ?? 0,
    updated: writes[200] ?? 0,
    removed: writes[204] ?? 0,
    refused: auth0.tooManyRequests(),
  };
}

function sum(counts: ReturnType<TheSandbox['requests']['counts']>): number {
  return Object.values(counts)
    .flatMap((byStatus) => Object.values(byStatus))
    .reduce((total, count) => total + count, 0);
}
