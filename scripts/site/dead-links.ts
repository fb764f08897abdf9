import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Links of a built site to pages, files and anchors that are not there, as `page: link`. */
export function deadLinks(folder: string): readonly string[] {
  const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
  const texts = new Map(pages.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  return pages.flatMap((name) => {
    const links = [...(texts.get(name) ?? '').matchAll(/(?:href|src)="([^"]*)"/g)];
    return links.flatMap(([, link = '']) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? name : decodeURIComponent(file);
      if (!existsSync(path.join(folder, target))) return [`${name}: ${link}`];
      if (anchor === undefined || (texts.get(target) ?? '').includes(` id="${anchor}"`)) return [];
      return [`${name}: ${link}`];
    });
  });
}
