import { ENDPOINTS } from '../auth0/pacing/endpoint.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** The codes that alerts and dashboards ask for; others appear when they are first met. */
const AUTH0_CODES = ['200', '429', 'error'] as const;
const SOURCE_CODES = ['200', '304', 'error'] as const;

/** Starts the counters of requests at 0, so that the first refusal shows as one. */
export function startRequestMetrics({ auth0Requests, sourceRequests }: Metrics): void {
  for (const endpoint of [...ENDPOINTS, 'token']) {
    for (const code of AUTH0_CODES) auth0Requests.inc({ endpoint, code }, 0);
  }
  for (const code of SOURCE_CODES) sourceRequests.inc({ code }, 0);
}
