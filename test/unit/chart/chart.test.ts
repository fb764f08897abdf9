import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { documentedValues } from '../../../scripts/generate/chart-readme.ts';
import { valueFile, valueSets } from '../../../scripts/generate/renderings.ts';
import { InstitutionSyncManifest } from '../../../src/api/institution-sync.ts';
import { GROUP, KIND, PLURAL, VERSION } from '../../../src/api/names.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const CHART = path.join(ROOT, 'charts/institution-sync');

const ChartFile = z.object({
  version: z.string(),
  appVersion: z.string(),
  annotations: z.record(z.string(), z.string()),
});
// The shapes and words that Artifact Hub documents for its annotations in Chart.yaml.
const CAPABILITIES = [
  'Basic Install',
  'Seamless Upgrades',
  'Full Lifecycle',
  'Deep Insights',
  'Auto Pilot',
];
const Image = z.strictObject({
  name: z.string(),
  image: z.string(),
  platforms: z.array(z.enum(['linux/amd64', 'linux/arm64'])),
});
const Change = z.strictObject({
  kind: z.enum(['added', 'changed', 'deprecated', 'removed', 'fixed', 'security']),
  description: z.string(),
});
const Crd = z.strictObject({
  kind: z.string(),
  version: z.string(),
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
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

/** The value at a path, as text that can be compared. */
function textAt(values: unknown, name: string): string | undefined {
  let found: unknown = values;
  for (const part of name.split('.')) {
    const { success, data } = Values.safeParse(found);
    if (!success || !(part in data)) return undefined;
    found = data[part];
  }
  return JSON.stringify(found);
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

  it('has examples that the controller understands', () => {
    const examples = z.array(InstitutionSyncManifest);
    const text = chart.annotations['artifacthub.io/crdsExamples'] ?? '';
    expect(examples.parse(parse(text))).to.have.length(2);
  });

  it('tells Artifact Hub what it holds', () => {
    const told = (name: string): unknown =>
      parse(chart.annotations[`artifacthub.io/${name}`] ?? '');
    expect(told('operator')).to.equal(true);
    expect(CAPABILITIES).to.include(told('operatorCapabilities'));
    const [image, ...others] = z.array(Image).parse(told('images'));
    expect(image?.image).to.equal(`institution-sync:${chart.appVersion}`);
    expect(others).to.deep.equal([]);
    expect(z.array(Change).parse(told('changes'))).to.not.deep.equal([]);
    const [crd] = z.array(Crd).parse(told('crds'));
    expect(crd).to.include({ kind: KIND, version: VERSION, name: `${PLURAL}.${GROUP}` });
  });

  it('explains every value above its line', () => {
    for (const { path: value, comment } of documentedValues()) {
      expect(comment, value).to.match(/^\S.*\.$/);
    }
  });

  it('tells each value in its README, with its default', async () => {
    const readme = await read('README.md');
    expect(readme).to.include('| `replicaCount` | `1` | Replicas of the controller. ');
    expect(readme).to.include("| `image.tag` |  | The chart's `appVersion` when empty. |");
    for (const { path: value } of documentedValues())
      expect(readme).to.include(`\n| \`${value}\` |`);
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

  it('is rendered with another value in the place of each, but those that make it restricted', async () => {
    const files = await Promise.all(valueSets().map((set) => readFile(valueFile(set), 'utf8')));
    const sets = files.map((text): unknown => parse(text));
    const alike = pathsOf(values).filter((name) =>
      sets.every((set) => [undefined, textAt(values, name)].includes(textAt(set, name))),
    );
    expect(alike).to.have.members([
      'podSecurityContext.runAsNonRoot',
      'podSecurityContext.seccompProfile.type',
      'securityContext.allowPrivilegeEscalation',
      'securityContext.capabilities.drop',
      'securityContext.readOnlyRootFilesystem',
    ]);
  });
});
