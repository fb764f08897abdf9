import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { controlPlaneBinaries } from '../test/control-plane/assets.ts';
import { chartReadme } from './generate/chart-readme.ts';
import { crdManifest, crdTemplate } from './generate/crd-files.ts';
import { fullSample } from './generate/full-sample.ts';
import { installManifest } from './generate/install-manifest.ts';
import { rendering, renderingFile, valueSets } from './generate/renderings.ts';
import { resourcePage } from './generate/resource-page.ts';

/** Files that need nothing but the repository, by their paths in it. */
const generated: Readonly<Record<string, () => string>> = {
  'deploy/crds/institutionsyncs.yaml': crdManifest,
  'charts/institution-sync/templates/crds/institutionsyncs.yaml': crdTemplate,
  'deploy/samples/full.yaml': fullSample,
  'docs/resource.md': resourcePage,
  'charts/institution-sync/README.md': chartReadme,
};

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: path.dirname(import.meta.dirname) },
  },
});

/** Names of the files that are not as they must be. Those that need helm are compared in e2e. */
async function outOfStep(): Promise<string[]> {
  const names: string[] = [];
  for (const [file, content] of Object.entries(generated)) {
    const found = await readFile(path.join(values.root, file), 'utf8').catch(() => undefined);
    if (found !== content()) names.push(file);
  }
  return names;
}

async function write(file: string, content: string): Promise<void> {
  const target = path.join(values.root, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, content);
}

if (values.check) {
  const names = await outOfStep();
  if (names.length > 0) {
    console.error(`Out of step: ${names.join(', ')}. Run: npm run generate`);
    process.exitCode = 1;
  }
} else {
  for (const [file, content] of Object.entries(generated)) await write(file, content());
  const { helm } = await controlPlaneBinaries();
  await write('deploy/install.yaml', await installManifest(helm));
  for (const set of valueSets()) await write(renderingFile(set), await rendering(helm, set));
}
