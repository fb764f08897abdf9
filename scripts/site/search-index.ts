import { anchorOf } from './markdown.ts';
import type { Page } from './pages.ts';

interface Section {
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

/** The sections of all pages as a script, so that the search works from a file system too. */
export function searchIndex(pages: readonly Page[]): string {
  return `window.SECTIONS = ${JSON.stringify(pages.flatMap(sectionsOf))};\n`;
}

function sectionsOf({ file, title, markdown }: Page): readonly Section[] {
  return `\n${markdown}`
    .split(/\n#{1,4} /)
    .slice(1)
    .map((part) => {
      const [line = '', ...rest] = part.split('\n');
      const heading = line.replaceAll('`', '');
      const text = rest.join(' ').replaceAll(/[|*`]|-{3,}|<[^>]+>|\]\([^)]*\)|\[/g, ' ');
      return {
        url: `${file}#${anchorOf(heading)}`,
        page: title,
        heading,
        text: text.replaceAll(/\s+/g, ' ').trim(),
      };
    });
}
