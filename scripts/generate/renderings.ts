import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { GENERATED, yamlText } from './yaml-text.ts';

const NAME = 'institution-sync';
const CHART = path.join(import.meta.dirname, '../../charts', NAME);
const SUFFIX = '-values.yaml';

/** In place of a text that lies in the repository as a file of its own. */
const ELSEWHERE = 'left out here';

/** The names of the sets of values that the chart is rendered with: files of its folder `ci`. */
export function valueSets(): readonly string[] {
  return readdirSync(path.join(CHART, 'ci')).map((file) => file.slice(0, -SUFFIX.length));
}

export function valueFile(set: string): string {
  return path.join(CHART, 'ci', set + SUFFIX);
}

/** Where the rendering of a set is kept, below the repository. */
export function renderingFile(set: string): string {
  return `test/e2e/renderings/${set}.yaml`;
}

/** What the chart makes of a set of values in the namespace `institution-sync`. */
export async function rendering(helm: string, set: string): Promise<string> {
  const values = ['--values', valueFile(set)];
  const args = ['template', NAME, CHART, '--namespace', NAME, ...values];
  const { stdout } = await promisify(execFile)(helm, args);
  const objects = parseAllDocuments(stdout).map((document) => shortened(document.toJS()));
  return GENERATED + objects.map((object) => yamlText(object)).join('---\n');
}

function shortened(object: Readonly<Record<string, unknown>>): object {
  if (object['kind'] === 'CustomResourceDefinition') return { ...object, spec: ELSEWHERE };
  const data = object['data'];
  if (typeof data !== 'object' || data === null) return object;
  return {
    ...object,
    data: Object.fromEntries(Object.keys(data).map((name) => [name, ELSEWHERE])),
  };
}
