import { setTimeout as sleep } from 'node:timers/promises';
import type { Prometheus } from '../../test/e2e/prometheus.ts';
import type { InstitutionRow } from '../../test/sandbox/institutions.ts';
import type { Stage } from '../demo/stage.ts';

export const NEW_SECRET = 'the-new-secret-of-the-application';

/** One institution in so many is really gone. */
const WITHDRAWN = 15;
const LATEST_MS = 180_000;

/** What befalls the operator in the walk, by the words of the page's comments. */
export function stageActions(
  { auth0, the }: Stage,
  rows: readonly InstitutionRow[],
  prometheus: Prometheus,
  signal: AbortSignal,
): (words: readonly string[]) => Promise<void> {
  async function until(alert: string, count: number): Promise<void> {
    const end = Date.now() + LATEST_MS;
    const query = `ALERTS{alertname="${alert}", alertstate="firing"}`;
    while ((await prometheus.query(query)).length !== count) {
      if (Date.now() > end) throw new Error(`${alert} should fire ${count} times, and does not`);
      await sleep(200, undefined, { signal });
    }
  }

  return async ([what = '', alert = '']) => {
    switch (what) {
      // Tokens that were given out before a rotation are good until they end.
      case 'rotate-the-secret':
        auth0.rotateSecret(auth0.clientId, NEW_SECRET);
        auth0.expireTokens();
        return;
      case 'lose-europe':
        the.setRows(rows.filter(({ continent }) => continent !== 'Europe'));
        return;
      case 'list-europe-again':
        the.setRows(rows.filter((_row, index) => (index + 1) % WITHDRAWN !== 0));
        return;
      case 'until-it-fires':
        return until(alert, 1);
      case 'until-it-is-over':
        return until(alert, 0);
      default:
        throw new Error(`Nobody knows how to ${what}`);
    }
  };
}
