import { codeLabel } from '../telemetry/code-label.ts';
import type { OperatorOptions, Surroundings } from './operator.ts';
import type { SessionContext } from './session.ts';
import { sharedPacers } from './shared-pacers.ts';

/** What all sessions of an operator share: pacers, metrics, the ways out, the leave to write. */
export function sessionContext(
  options: Pick<OperatorOptions, 'clock' | 'random' | 'log' | 'metrics'> &
    Pick<Surroundings, 'fetch' | 'adapter'>,
  mayWrite: () => void,
): SessionContext {
  const { clock, random, log, metrics, fetch, adapter } = options;
  return {
    pacerOf: sharedPacers(clock),
    onRemaining(remaining) {
      for (const [endpoint, left] of remaining) metrics.auth0Remaining.set({ endpoint }, left);
    },
    tenant: {
      clock,
      random,
      log,
      fetch,
      onRequest: (endpoint, code) =>
        metrics.auth0Requests.inc({ endpoint, code: codeLabel(code ?? 'error') }),
      mayWrite,
    },
    source: {
      clock,
      random,
      log,
      adapter,
      onRequest: (code) => metrics.sourceRequests.inc({ code: codeLabel(code) }),
    },
  };
}
