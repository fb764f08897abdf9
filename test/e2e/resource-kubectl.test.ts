import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { describedFields, type Described } from '../../scripts/generate/described.ts';
import { GROUP, KIND } from '../../src/api/names.ts';
import { MINIMAL_SPEC, specWith } from '../unit/api/spec-with.ts';
import { manifestOf, openResourceBench, type ResourceBench } from './resource.ts';
import { STATUS } from './written-status.ts';

const SAMPLES = path.join(import.meta.dirname, '../../deploy/samples');

/** The words of a text, however it is broken into lines. */
const wordsOf = (text: string) => text.split(/\s+/).join(' ');

describe('InstitutionSyncs and kubectl', () => {
  let bench: ResourceBench;

  before(async function () {
    this.timeout(60_000);
    bench = await openResourceBench('kubectl');
  });

  /** Whether kubectl tells what each field beneath `path` means. */
  async function checkExplained(field: Described | undefined, path: string): Promise<void> {
    const properties = field?.items?.properties ?? field?.properties ?? {};
    if (Object.keys(properties).length === 0) return;
    const explained = wordsOf(await bench.kubectl('explain', path));
    for (const [name, property] of Object.entries(properties)) {
      if (path === KIND.toLowerCase() && name !== 'spec' && name !== 'status') continue;
      expect(explained, `${path}.${name}`).to.include(wordsOf(property.description ?? '?'));
      await checkExplained(property, `${path}.${name}`);
    }
  }

  it('lose a field that the schema does not know, unless kubectl is asked to apply it', async () => {
    const object = manifestOf('unknown', { ...MINIMAL_SPEC, napp: '5m' });
    const answer = await bench.request('POST', '', object);
    expect(answer.status).to.equal(201);
    expect(answer.text).to.not.include('napp');
    const { code, stderr } = await bench.plane.kubectl(
      ['-n', bench.namespace, 'apply', '-f', '-'],
      { input: JSON.stringify({ ...object, metadata: { name: 'unknown-2' } }) },
    );
    expect(code).to.equal(1);
    expect(stderr).to.include('unknown field "spec.napp"');
  });

  it('are shown in the columns of the contract', async () => {
    await bench.create('shown');
    await bench.replace('/shown/status', { status: STATUS });
    const [header = '', row = ''] = (await bench.kubectl('get', 'isync', 'shown')).split('\n');
    expect(header.split(/ {2,}/)).to.deep.equal(
      'NAME,READY,STATUS,INSTITUTIONS,ORGANIZATIONS,HELD,LAST SYNC,AGE'.split(','),
    );
    expect(row.split(/ {2,}/).slice(0, 6)).to.deep.equal(
      'shown,True,All is well,13229,31,7'.split(','),
    );
    expect(row).to.not.include('invalid');
  });

  it('are shown wide with more columns', async () => {
    await bench.create('wide', specWith('suspend', true));
    await bench.replace('/wide/status', { status: STATUS });
    const table = await bench.kubectl('get', 'isync', 'wide', '-o', 'wide');
    const [header = '', row = ''] = table.split('\n');
    expect(header.split(/ {2,}/).slice(8)).to.deep.equal(
      'DOMAIN,NAP,CREATED,UPDATED,DELETED,FAILED,NEXT SYNC,SUSPENDED'.split(','),
    );
    expect(row.split(/ {2,}/).slice(8)).to.deep.equal(
      'acme.eu.auth0.com,30m,11,12,13,14,2999-01-02T03:04:05Z,true'.split(','),
    );
  });

  it('can be selected by tenant', async () => {
    await bench.create('one', specWith('auth0.domain', 'one.eu.auth0.com'));
    const selector = '--field-selector=spec.auth0.domain=one.eu.auth0.com';
    const names = await bench.kubectl('get', 'isync', selector, '-o', 'name');
    expect(names.trim()).to.equal(`institutionsync.${GROUP}/one`);
  });

  it('can be made from every sample', async () => {
    const said = await bench.kubectl('apply', '--dry-run=server', '-f', SAMPLES);
    const made = said.trimEnd().split('\n');
    expect(made).to.have.length((await readdir(SAMPLES)).length);
    for (const line of made) expect(line).to.match(/(created|configured) \(server dry run\)$/);
  });

  it('are explained by kubectl, field by field', async function () {
    this.timeout(60_000);
    await checkExplained(describedFields(), KIND.toLowerCase());
  });
});
