import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

export interface Page {
  /** In the repository. */
  readonly source: string;
  /** In the site. */
  readonly file: string;
  readonly title: string;
  readonly group: string;
  readonly markdown: string;
}

/** The order of the navigation. */
const NAVIGATION: readonly (readonly [group: string, pages: Readonly<Record<string, string>>])[] = [
  [
    'Use',
    {
      'README.md': 'Overview',
      'docs/auth0-setup.md': 'Auth0 setup',
      'docs/resource.md': 'The resource',
      'deploy/samples': 'Samples',
      'docs/commands.md': 'The commands',
      'docs/gitops.md': 'GitOps',
      'charts/institution-sync/README.md': 'The chart',
      'docs/image.md': 'The image',
      'docs/enterprise.md': 'In enterprises',
      'docs/compatibility.md': 'Compatibility',
    },
  ],
  [
    'Operate',
    {
      'docs/operations.md': 'Operations',
      'docs/night-walk.md': 'A night walk',
      'docs/audit.md': 'Audit log',
      'docs/traces.md': 'Traces',
      'docs/scale.md': 'Scale',
    },
  ],
  [
    'Understand',
    {
      'docs/design.md': 'Design',
      'docs/reliability.md': 'Reliability',
      'SECURITY.md': 'Security',
      'docs/security-rights.md': 'Rights in the cluster',
      'docs/benchmarks.md': 'Benchmarks',
    },
  ],
];

/** Every page of the site. Pages of `docs/` that the navigation does not know come last. */
export function readPages(): readonly Page[] {
  const known = NAVIGATION.flatMap(([group, pages]) =>
    Object.entries(pages).flatMap(([source, title]) => page(source, title, group) ?? []),
  );
  const sources = new Set(known.map(({ source }) => source));
  const others = readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && !sources.has(`docs/${name}`))
    .flatMap((name) => page(`docs/${name}`, undefined, 'Understand') ?? []);
  const changes = page('CHANGELOG.md', undefined, 'Understand') ?? [];
  return [...known, ...others].concat(changes);
}

function page(source: string, title: string | undefined, group: string): Page | undefined {
  const markdown = read(source);
  if (markdown === undefined) return undefined;
  const heading = /^# (.+)$/m.exec(markdown)?.[1] ?? source;
  return { source, file: fileOf(source), title: title ?? heading, group, markdown };
}

function fileOf(source: string): string {
  if (source === 'README.md') return 'index.html';
  if (source === 'deploy/samples') return 'samples.html';
  if (source.startsWith('charts/')) return 'chart.html';
  return `${path.basename(source, '.md').toLowerCase()}.html`;
}

function read(source: string): string | undefined {
  const file = path.join(ROOT, source);
  try {
    return source === 'deploy/samples' ? samples(file) : readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function samples(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const parts = files.map((name) => {
    const text = readFileSync(path.join(folder, name), 'utf8').trimEnd();
    return `## ${name}\n\n\`\`\`yaml\n${text}\n\`\`\`\n`;
  });
  return `# Samples\n\nThe files of \`deploy/samples\`.\n\n${parts.join('\n')}`;
}
