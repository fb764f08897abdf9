import { rows, rowsAnswer, send, type Answer, type Row } from './engine.ts';

/** What THE really has. */
export const ROWS = rows(60);

/** The same answer to every request. */
export function always(body: unknown): Answer {
  return (_seen, response) => send(response, body);
}

/** These bytes as every answer. */
export function bytes(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (_seen, response) => void response.writeHead(200, headers).end(body);
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_seen, response) => void response.writeHead(code, headers).end();
}

/** The right pages, but for those at these offsets. */
export function except(pages: Readonly<Record<number, unknown>>, counts: 'page' | 'total'): Answer {
  const right = rowsAnswer(ROWS, counts);
  return (seen, response) => {
    const { [seen.offset]: body } = pages;
    if (body === undefined) right(seen, response);
    else send(response, body);
  };
}

/** All rows, each changed. */
export function changed(change: (row: Row) => Row): Answer {
  return rowsAnswer(ROWS.map(change));
}
