import { openAnchors } from './anchors.ts';
import type { Page } from './pages.ts';

export interface Section {
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

/** The sections of all pages as a script, so that the search works from a file system too. */
export function searchIndex(pages: readonly Page[]): string {
  return `window.SECTIONS = ${JSON.stringify(pages.flatMap(sectionsOf))};\n`;
}

/** A line of a block of code is no heading, whatever it begins with. */
export function sectionsOf({ file, title, markdown }: Page): readonly Section[] {
  const anchorOf = openAnchors();
  const lines = markdown.split('\n');
  const sections: { readonly heading: string; readonly url: string; readonly lines: string[] }[] =
    [];
  let isCode = false;
  for (const line of lines) {
    const isFence = line.startsWith('```');
    if (isFence) isCode = !isCode;
    const [, name] = (isCode ? null : /^#{1,4} (.+)$/.exec(line)) ?? [];
    if (name === undefined) {
      if (!isFence) sections.at(-1)?.lines.push(line);
      continue;
    }
    const heading = name.replaceAll('`', '');
    sections.push({ heading, url: `${file}#${anchorOf(heading)}`, lines: [] });
  }
  return sections.map(({ heading, url, lines: said }) => {
    const text = said.join(' ').replaceAll(/[|*`]|-{3,}|<[^>]+>|\]\([^)]*\)|\[/g, ' ');
    return { url, page: title, heading, text: text.replaceAll(/\s+/g, ' ').trim() };
  });
}
