import type { Token } from './markdown.ts';

/** On a phone the rows of a table with so many columns are blocks, one cell below the other. */
const MANY_COLUMNS = 3;
/** Letters: a last column with a longer cell is for reading. */
const LONG_CELL = 80;

/** Gives tables the classes, and cells the labels, by which the style lays them out. */
export function layOutTables(tokens: readonly Token[]): void {
  let table: Token | undefined;
  let labels: string[] = [];
  let column = 0;
  const classes = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    const text = tokens[index + 1]?.content ?? '';
    if (token.type === 'table_open') {
      table = token;
      labels = [];
      classes.clear();
    }
    if (token.type === 'tr_open') column = 0;
    if (token.type === 'th_open') labels.push(text);
    if (token.type === 'td_open') {
      token.attrSet('data-label', labels[column] ?? '');
      column += 1;
      if (column === labels.length && text.length > LONG_CELL) classes.add('told');
    }
    if (token.type !== 'table_close') continue;
    if (labels.length < MANY_COLUMNS) continue;
    table?.attrSet('class', ['many', ...classes].join(' '));
  }
}
