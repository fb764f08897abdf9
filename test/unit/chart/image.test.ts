import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const ROOT = path.join(import.meta.dirname, '../../..');
const read = (file: string) => readFile(path.join(ROOT, file), 'utf8');

const Manifest = z.object({
  version: z.string(),
  bin: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});
const Container = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()),
  securityContext: z.object({ readOnlyRootFilesystem: z.boolean() }),
  volumeMounts: z.array(z.unknown()).optional(),
});
const Deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        securityContext: z.object({
          runAsNonRoot: z.boolean(),
          runAsUser: z.number(),
          runAsGroup: z.number(),
        }),
        containers: z.tuple([Container]),
      }),
    }),
  }),
});

/** The instructions of each stage, the arguments before the first one apart. */
async function stages() {
  const text = (await read('Dockerfile')).replaceAll(/^#.*\n/gm, '').replaceAll('\\\n', ' ');
  const [args = '', build = '', run = '', ...others] = text.split(/^FROM /m);
  expect(others).to.deep.equal([]);
  return { args, build, run };
}

function wordsOf(stage: string, instruction: string): unknown {
  const [, words = ''] = new RegExp(`^${instruction} (.*)$`, 'm').exec(stage) ?? [];
  return JSON.parse(words);
}

async function deployment() {
  const documents = parseAllDocuments(await read('deploy/install.yaml'));
  const found = documents.map((each) => Deployment.safeParse(each.toJS()));
  return found.find(({ success }) => success)?.data?.spec.template.spec;
}

describe('the image', () => {
  it('is run by the chart as the Dockerfile means it', async () => {
    const { run } = await stages();
    const pod = await deployment();
    const [container] = pod?.containers ?? [];
    expect(container).not.to.have.property('command');
    expect(wordsOf(run, 'CMD')).to.deep.equal(container?.args.slice(0, 1));
    const { runAsNonRoot, runAsUser, runAsGroup } = pod?.securityContext ?? {};
    expect(runAsNonRoot).to.equal(true);
    expect(run).to.match(new RegExp(`^USER ${runAsUser}:${runAsGroup}$`, 'm'));
    expect(container?.securityContext.readOnlyRootFilesystem).to.equal(true);
    expect(container).not.to.have.property('volumeMounts');
  });

  it('starts the program that is built', async () => {
    const { run } = await stages();
    const { bin } = Manifest.parse(JSON.parse(await read('package.json')));
    const [, target = ''] = /^COPY --from=build \/src\/dist (\S+)$/m.exec(run) ?? [];
    const [node, program] = z.array(z.string()).parse(wordsOf(run, 'ENTRYPOINT'));
    expect(node).to.equal('/nodejs/bin/node');
    expect(program).to.equal(path.join(target, path.basename(bin['institution-sync'] ?? '')));
  });

  it('has nothing but texts for any architecture beside its Node', async () => {
    const files = await readdir(path.join(ROOT, 'dist'), { recursive: true });
    expect(files.filter((file) => !/^[\w-]+\.js$/.test(file))).to.deep.equal([
      'THIRD-PARTY-LICENSES.txt',
    ]);
    const text = new TextDecoder('utf-8', { fatal: true });
    for (const file of files) {
      const content = text.decode(await readFile(path.join(ROOT, 'dist', file)));
      expect(content, file).not.to.match(/\0|process\.dlopen|\.node['"`]/);
    }
  });

  it('is built of nothing but what the build reads', async () => {
    const { build } = await stages();
    const ignored = (await read('.dockerignore')).trim().split('\n');
    const copied = [...build.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files]) =>
      (files ?? '').split(' '),
    );
    expect(ignored).to.have.members(['*', ...copied.map((file) => `!${file}`)]);
    const script = await read('scripts/build.mjs');
    const imported = [...script.matchAll(/from '(\.[^']*)'/g)].map(([, file]) => file);
    expect(imported).not.to.be.empty;
    for (const file of imported) expect(file).to.match(/^\.\/[\w-]+\.mjs$/);
    expect(copied).to.include('scripts/*.mjs');
  });

  it('has the version of the project, and its Node', async () => {
    const { args, run } = await stages();
    const { version, optionalDependencies } = Manifest.parse(
      JSON.parse(await read('package.json')),
    );
    expect(run).to.match(new RegExp(`^ARG VERSION=${version.replaceAll('.', '\\.')}$`, 'm'));
    const chart: unknown = parse(await read('charts/institution-sync/Chart.yaml'));
    expect(chart).to.include({ appVersion: version });
    const majors = Object.values(optionalDependencies).map((each) => each.split('.')[0]);
    for (const major of majors) {
      expect(args).to.contain(`BUILD_IMAGE=node:${major}-slim`);
      expect(args).to.contain(`RUN_IMAGE=gcr.io/distroless/nodejs${major}-`);
    }
  });

  it('lets both bases be chosen, and leaves the probes to the chart', async () => {
    const { build, run } = await stages();
    expect(build).to.match(/^--platform=\$BUILDPLATFORM \$\{BUILD_IMAGE\} AS build$/m);
    expect(run).to.match(/^\$\{RUN_IMAGE\}$/m);
    expect(`${build}${run}`).not.to.match(/^(HEALTHCHECK|VOLUME|EXPOSE|ADD) /m);
    expect(run).not.to.match(/^RUN /m);
  });
});
