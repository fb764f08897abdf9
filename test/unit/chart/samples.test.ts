import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { fullSample } from '../../../scripts/generate/full-sample.ts';
import { InstitutionSyncManifest } from '../../../src/api/institution-sync.ts';
import { InstitutionSyncSpec } from '../../../src/api/spec.ts';
import { MINIMAL_SPEC } from '../api/spec-with.ts';

const SAMPLES = path.join(import.meta.dirname, '../../../deploy/samples');

const read = async (file: string): Promise<unknown> =>
  parse(await readFile(path.join(SAMPLES, file), 'utf8'));

/** All paths of a value, such as `auth0.connections.0.name`. */
function pathsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [''];
  return Object.entries(value).flatMap(([key, child]) => [
    key,
    ...pathsOf(child).map((below) => `${key}.${below}`),
  ]);
}

describe('samples', () => {
  it('are InstitutionSyncs and Secrets that the controller understands', async () => {
    for (const file of await readdir(SAMPLES)) {
      const object = await read(file);
      if (file.startsWith('secret-')) expect(object, file).to.include({ kind: 'Secret' });
      else expect(InstitutionSyncManifest.safeParse(object).error, file).to.equal(undefined);
    }
  });

  it('name the Secret that the Secrets of the samples are', async () => {
    const { spec } = InstitutionSyncManifest.parse(await read('minimal.yaml'));
    for (const file of await readdir(SAMPLES)) {
      if (!file.startsWith('secret-')) continue;
      const object = await read(file);
      expect(object).to.have.nested.property('metadata.name', spec.auth0.credentialsSecretRef.name);
    }
  });

  it('have the defaults in the full one', () => {
    const { spec } = InstitutionSyncManifest.parse(parse(fullSample()));
    const { auth0, ...others } = spec;
    const { auth0: _, ...defaults } = InstitutionSyncSpec.parse(MINIMAL_SPEC);
    expect(others).to.deep.equal(defaults);
    expect(auth0.requestBudget).to.equal(100);
  });

  it('have every field in the full one, each with a comment', () => {
    const text = fullSample();
    const { spec } = InstitutionSyncManifest.parse(parse(text));
    const lines = text.split('\n');
    expect(pathsOf(spec)).to.include.members(['auth0.audience', 'auth0.connections.0.name']);
    const body = lines.slice(lines.indexOf('spec:') + 1);
    for (const [index, line] of body.entries()) {
      if (!/^ +[A-Za-z0-9]+:/.test(line)) continue;
      expect(body[index - 1], line).to.match(/^[ -]+#/);
    }
  });
});
