import { DEPLOY_CLI, ORIGINAL } from './published.ts';
import type { Result } from './row.ts';
import { barChart, lineChart, type Bar } from './svg.ts';

/** The charts that the results allow, as SVG documents by name. */
export function charts(results: readonly Result[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const of = (bench: string) => results.find((result) => result.bench === bench);

  const ratios = results
    .filter(({ bench }) => bench.startsWith('first-sync-'))
    .flatMap(({ title, rows }): Bar[] => {
      const ratio = rows.find(({ what }) => what.endsWith('time / bound'));
      const label = title.replace('First sync: ', '');
      return ratio === undefined ? [] : [{ label, value: ratio.measured }];
    });
  if (ratios.length > 0) {
    const title = "First sync: time as a ratio to what the tenant's limits allow";
    found.set('first-sync', barChart({ title, bars: ratios, limit: 1.05 }));
  }

  const fifty = of('fifty');
  if (fifty !== undefined) {
    const value = (what: string) =>
      fifty.rows.find((row) => row.what.startsWith(what))?.measured ?? Number.NaN;
    const bars: readonly Bar[] = [
      { label: 'first sync', value: value('50 institutions, first sync: req') },
      { label: 'first sync: original script', value: ORIGINAL.first, foreign: true },
      { label: 'no change', value: value('50 institutions, no change') },
      { label: 'no change: original script', value: ORIGINAL.unchanged, foreign: true },
      { label: 'no change: auth0-deploy-cli', value: DEPLOY_CLI.unchanged, foreign: true },
      { label: '7 changes', value: value('3 changed') },
      { label: '7 changes: original script', value: ORIGINAL.changed, foreign: true },
    ];
    const title = '50 institutions: requests to Auth0 (grey: published by others)';
    found.set('requests', barChart({ title, bars }));
    const times: readonly Bar[] = [
      { label: 'the least that the limits allow', value: value('the least'), unit: 's' },
      { label: 'institution-sync', value: value('50 institutions, first sync'), unit: 's' },
      { label: 'original script', value: ORIGINAL.firstSeconds, unit: 's', foreign: true },
      { label: 'auth0-deploy-cli', value: DEPLOY_CLI.firstSeconds, unit: 's', foreign: true },
    ];
    const first = 'First sync of 50 institutions (grey: published by others)';
    found.set('fifty', barChart({ title: first, bars: times }));
  }

  const memory = Object.entries(of('memory')?.series ?? {});
  if (memory.length > 0) {
    const lines = memory.map(([label, points]) => ({
      label,
      points,
      foreign: label !== 'controller',
    }));
    const titles = { xTitle: 'institutions', yTitle: 'MB' };
    found.set(
      'memory',
      lineChart({ title: 'Most memory of a whole sync', ...titles, lines, limit: 200 }),
    );
  }

  const many = of('many-objects')?.series;
  if (many?.['begun'] !== undefined && many['finished'] !== undefined) {
    const lines = [
      { label: 'begun', points: many['begun'], foreign: true },
      { label: 'done', points: many['finished'] },
    ];
    const titles = { xTitle: 'seconds after the start', yTitle: 'objects' };
    const title = of('many-objects')?.rows[0]?.what.split(':')[0] ?? '';
    found.set('many-objects', lineChart({ title: `${title}, one controller`, ...titles, lines }));
  }
  return found;
}
