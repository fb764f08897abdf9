import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deadLinks } from './dead-links.ts';
import { adapt, templateOf, type MarkdownIt } from './markdown.ts';
import { readPages, ROOT } from './pages.ts';
import { searchIndex } from './search-index.ts';

/** What is used of the generator. */
interface Eleventy {
  setUseGitIgnore(uses: boolean): void;
  setInputDirectory(folder: string): void;
  setIncludesDirectory(folder: string): void;
  setOutputDirectory(folder: string): void;
  setTemplateFormats(formats: string): void;
  addTemplate(name: string, content: string, data: object): void;
  addGlobalData(name: string, value: unknown): void;
  addPassthroughCopy(files: Readonly<Record<string, string>>): void;
  amendLibrary(name: 'md', change: (library: MarkdownIt) => void): void;
  on(event: 'eleventy.after', act: () => void): void;
}

export const SITE = path.join(ROOT, 'site');

/** The pages are those of the repository as they are: none has front matter or a template in it. */
export default function configure(eleventy: Eleventy): void {
  eleventy.setUseGitIgnore(false);
  // Where pages are added depends on the first of these.
  eleventy.setInputDirectory('scripts/site/assets');
  eleventy.setIncludesDirectory('../theme');
  eleventy.setOutputDirectory('site');
  eleventy.setTemplateFormats('md');
  const pages = readPages();
  for (const { file, title, markdown } of pages) {
    const data = { layout: 'layout.njk', title, permalink: file, templateEngineOverride: 'md' };
    eleventy.addTemplate(`.${templateOf(file)}`, markdown, data);
  }
  const groups = Map.groupBy(pages, ({ group }) => group);
  eleventy.addGlobalData(
    'navigation',
    [...groups].map(([name, members]) => ({ name, members })),
  );
  eleventy.addPassthroughCopy({
    'docs/benchmarks': 'benchmarks',
    LICENSE: 'LICENSE.txt',
    'scripts/site/assets': 'assets',
  });
  eleventy.amendLibrary('md', (library) => adapt(library, pages));
  eleventy.on('eleventy.after', () => {
    writeFileSync(path.join(SITE, 'sections.js'), searchIndex(pages));
    const dead = deadLinks(SITE);
    if (dead.length > 0) throw new Error(`Links that lead nowhere:\n${dead.join('\n')}`);
  });
}
