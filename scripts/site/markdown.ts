import path from 'node:path';
import { openAnchors } from './anchors.ts';
import { partsOf } from './line-breaks.ts';
import type { Page } from './pages.ts';
import { layOutTables } from './tables.ts';

/** What is used of markdown-it and its tokens. */
export interface Token {
  readonly type: string;
  content: string;
  readonly children: readonly Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}
export interface MarkdownIt {
  readonly core: {
    readonly ruler: { push(name: string, rule: (state: State) => void): void };
  };
  readonly renderer: { rules: Record<string, unknown> };
  readonly utils: { escapeHtml(text: string): string };
}
interface State {
  readonly tokens: readonly Token[];
  readonly env: { readonly page?: { readonly inputPath?: string } };
}

/** Gives headings their anchors and lets links lead to pages of the site. */
export function adapt(markdown: MarkdownIt, pages: readonly Page[]): void {
  markdown.core.ruler.push('anchors', ({ tokens }) => {
    const anchorOf = openAnchors();
    for (const [index, token] of tokens.entries()) {
      if (token.type !== 'heading_open') continue;
      token.attrSet('id', anchorOf(tokens[index + 1]?.content.replaceAll('`', '') ?? ''));
    }
  });
  markdown.core.ruler.push('links', ({ tokens, env }) => {
    const from = pages.find(({ file }) => env.page?.inputPath?.endsWith(templateOf(file)));
    if (from === undefined) throw new Error(`no page for ${env.page?.inputPath}`);
    for (const { children } of tokens) {
      for (const [index, child] of (children ?? []).entries()) {
        if (child.type === 'image') redirect(child, 'src', from, pages);
        if (child.type !== 'link_open') continue;
        const page = redirect(child, 'href', from, pages);
        const text = children?.[index + 1];
        // In the repository a link may be the name of its file; here that says nothing.
        if (page !== undefined && text?.content.endsWith('.md')) text.content = page.title;
      }
    }
  });
  markdown.core.ruler.push('tables', ({ tokens }) => layOutTables(tokens));
  // Wide tables scroll by themselves, not the page.
  markdown.renderer.rules['table_open'] = (tokens: readonly Token[], at: number) =>
    `<div class="wide" tabindex="0"><table class="${tokens[at]?.attrGet('class') ?? ''}">\n`;
  markdown.renderer.rules['table_close'] = () => '</table></div>\n';
  const { escapeHtml } = markdown.utils;
  markdown.renderer.rules['text'] = (tokens: readonly Token[], at: number) =>
    partsOf(tokens[at]?.content.replaceAll(' %', '\u00a0%') ?? '')
      .map(escapeHtml)
      .join('<wbr>')
      .replaceAll(/(\s)<wbr>/g, '$1');
  // In code a line ends between parts only, never after the dashes of a flag.
  markdown.renderer.rules['code_inline'] = (tokens: readonly Token[], at: number) => {
    const parts = partsOf(tokens[at]?.content ?? '').map(
      (part) => `<span>${escapeHtml(part)}</span>`,
    );
    return `<code>${parts.join('<wbr>')}</code>`;
  };
}

/** The name under which the generator knows a page. */
export function templateOf(file: string): string {
  return `/${path.basename(file, '.html')}.md`;
}

function redirect(
  token: Token,
  attribute: string,
  from: Page,
  pages: readonly Page[],
): Page | undefined {
  const target = token.attrGet(attribute) ?? '';
  if (/^([a-z]+:|#)/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#');
  const source = path.join(path.dirname(from.source), file);
  const page = pages.find((each) => each.source === source);
  const place =
    page?.file ?? path.relative('docs', source).replace(/^\.\.\/LICENSE$/, 'LICENSE.txt');
  token.attrSet(attribute, anchor === undefined ? place : `${place}#${anchor}`);
  return page;
}
