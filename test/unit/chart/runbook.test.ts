import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { FAULT_REASONS, HELD_REASONS } from '../../../src/api/reasons.ts';
import { withRunbook } from '../../../src/controller/messages.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

function read(file: string): string {
  return readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
}

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }).optional(),
          annotations: z.object({ summary: z.string(), description: z.string() }).optional(),
        }),
      ),
    }),
  ),
});

/** What stands below each heading of the third level. */
function sectionsOf(page: string): ReadonlyMap<string, string> {
  const parts = page.split(/^#{2,3} /m).slice(1);
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]),
  );
}

describe('the runbook', () => {
  const page = read('docs/operations.md');
  const sections = sectionsOf(page);
  const { groups } = Rules.parse(parse(read('charts/institution-sync/files/alerts.yaml')));
  const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);

  for (const name of [
    ...FAULT_REASONS,
    ...HELD_REASONS,
    'InvalidRows',
    ...alerts.map(({ alert }) => alert ?? ''),
  ]) {
    it(`says what ${name} means, where to look and how to mend it`, () => {
      expect(sections.get(name)).to.match(
        /\*\*Meaning\.\*\* \w[^]+\n\*\*Look\.\*\* \S[^]+\n\*\*Mend\.\*\* \w/,
      );
    });
  }

  it('has the severity of each alert', () => {
    for (const { alert = '', labels } of alerts) {
      expect(sections.get(alert), alert).to.include(`Severity ${labels?.severity}. `);
    }
  });

  it('has a section for what a condition links to, and for every link of its own', () => {
    const anchors = [...sections.keys()].map((name) =>
      name.toLowerCase().replaceAll(' ', '-').replaceAll('`', ''),
    );
    const [, anchor] = /#(\S+)$/.exec(withRunbook('It is so.', 'SourceInvalid')) ?? [];
    expect(anchors).to.include(anchor);
    for (const [, link] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).to.include(link);
  });

  it('has a row for each metric, with its type, labels and meaning, and no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z0-9_]+)` +\| ([a-z]+) +\| ([^|]*)\| (.+?) +\|$/gm)];
    const documented = rows.map(([, name, type, labels = '', meaning]) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
      meaning: `${meaning?.replaceAll('`', '')}.`,
    }));
    const registered = createMetrics()
      .registry.getMetricsAsArray()
      .filter(({ name }) => !/^(process|nodejs)_/.test(name))
      .map((metric) => ({
        name: metric.name,
        type: metric.constructor.name.toLowerCase(),
        labels: z.object({ labelNames: z.array(z.string()) }).parse(metric).labelNames,
        meaning: metric.help,
      }));
    expect(documented).to.have.deep.members(registered);
  });
});
