import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { chartValues } from '../../../scripts/generate/chart-values.ts';
import { crdManifest, crdTemplate } from '../../../scripts/generate/crd-files.ts';
import { customResourceDefinition } from '../../../src/api/crd.ts';

const SCRIPT = path.join(import.meta.dirname, '../../../scripts/generate.ts');

describe('generate', () => {
  it('finds the files of the repository in step', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT, '--check']);
    expect(stdout + stderr).to.equal('');
  });

  it('names the files that are out of step', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'institution-sync-generate-'));
    const check = promisify(execFile)(process.execPath, [SCRIPT, '--check', '--root', root]);
    const { code, stderr } = await check.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    await rm(root, { recursive: true });
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      'Out of step: deploy/crds/institutionsyncs.yaml, charts/institution-sync/templates/crds/institutionsyncs.yaml, deploy/samples/full.yaml, docs/resource.md, charts/institution-sync/README.md. Run: npm run generate\n',
    );
  });

  it('tells values in the order of the file, each with the comment above it', () => {
    const text = `# The first.
a: 1
b:
  # Within,
  # on two lines.
  c: []
  d: x
# A map that is told as a whole.
e:
  # Not told.
  f: true
# A map with words of its own.
g:
  h: null
`;
    const values = chartValues(text, (value) => value !== 'e');
    expect(values).to.deep.equal([
      { path: 'a', comment: 'The first.', fallback: 1 },
      { path: 'b.c', comment: 'Within, on two lines.', fallback: [] },
      { path: 'b.d', comment: '', fallback: 'x' },
      { path: 'e', comment: 'A map that is told as a whole.', fallback: { f: true } },
      { path: 'g', comment: 'A map with words of its own.', fallback: undefined },
      { path: 'g.h', comment: '', fallback: null },
    ]);
  });

  it('writes the CustomResourceDefinition for kubectl', () => {
    expect(parse(crdManifest())).to.deep.equal(customResourceDefinition());
  });

  it('writes the same into the chart, behind crds.enabled', () => {
    const lines = crdTemplate().trimEnd().split('\n');
    expect(lines[0]).to.equal('{{- if .Values.crds.enabled }}');
    expect(lines.at(-1)).to.equal('{{- end }}');
    const plain = lines.filter((line) => !line.includes('{{')).join('\n');
    const { metadata, ...others } = customResourceDefinition();
    expect(parse(plain)).to.deep.include(others);
    expect(parse(plain)).to.have.nested.property('metadata.name', metadata.name);
  });
});
