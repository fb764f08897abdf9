import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { InstitutionSyncManifest } from '../../../src/api/institution-sync.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const CHART = path.join(ROOT, 'charts/institution-sync');

const ChartFile = z.object({
  version: z.string(),
  appVersion: z.string(),
  annotations: z.record(z.string(), z.string()),
});
const Values = z.record(z.string(), z.unknown());
const ValuesSchema = z.object({
  additionalProperties: z.unknown().optional(),
  get properties() {
    return z.record(z.string(), ValuesSchema).optional();
  },
});
type ValuesSchema = z.output<typeof ValuesSchema>;

const read = (file: string) => readFile(path.join(CHART, file), 'utf8');

/** Paths of the values that have a default, such as `image.tag`. */
function pathsOf(values: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const { success, data } = Values.safeParse(value);
    const nested = success && Object.keys(data).length > 0 ? pathsOf(data, `${name}.`) : [name];
    return nested.map((below) => prefix + below);
  });
}

describe('chart', () => {
  let chart: z.output<typeof ChartFile>;
  let values: Record<string, unknown>;

  before(async () => {
    chart = ChartFile.parse(parse(await read('Chart.yaml')));
    values = Values.parse(parse(await read('values.yaml')));
  });

  it('has the version of the package', async () => {
    const file = await readFile(path.join(ROOT, 'package.json'), 'utf8');
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(file));
    expect(chart).to.include({ version, appVersion: version });
  });

  it('has an example that the controller understands', () => {
    const examples = z.array(InstitutionSyncManifest);
    const text = chart.annotations['artifacthub.io/crdsExamples'] ?? '';
    expect(examples.parse(parse(text))).to.have.length(1);
  });

  it('explains every value in its README', async () => {
    const readme = await read('README.md');
    // These are explained as a whole.
    const whole = /^(resources|podSecurityContext|securityContext|grafanaDashboard\.labels)\./;
    for (const value of pathsOf(values)) {
      const name = whole.exec(value)?.[1] ?? value;
      expect(readme, value).to.include(`\`${name}\``);
    }
  });

  it('has a schema for every value, which refuses others', async () => {
    const schema = ValuesSchema.parse(JSON.parse(await read('values.schema.json')));
    expect(schema.additionalProperties).to.equal(false);
    for (const value of pathsOf(values)) {
      let found: ValuesSchema | undefined = schema;
      for (const name of value.split('.')) {
        // What Kubernetes checks itself is free beneath.
        if (!found?.properties) break;
        found = found.properties[name];
      }
      expect(found, value).to.exist;
    }
  });
});
