import { setImmediate as nextTurn } from 'node:timers/promises';

/** What is said beside the rows is short: `rowCount` and perhaps a few links. */
const LONGEST_ENVELOPE = 1_000_000;

/** In bytes; a real row has about 300. */
const LONGEST_ROW = 1_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** The key of the array of rows. */
const ROWS = Buffer.from('rows');

/** JSON's white space; JavaScript's `\s` is wider. */
const COMMA = /^[ \t\r\n]*,/;
const NOT_BLANK = /[^ \t\r\n]/;

/** Malformed UTF-8 throws: names with replacement characters must not reach the tenant. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses `{…, "rows": […], …}` while it arrives: `onRows` gets the rows of each chunk, so that a page
 * of any size takes the memory of a few rows, and other work goes on after each chunk. Resolves with
 * what stands beside the rows: the same object with `rows` empty. Throws for anything that JSON.parse
 * would refuse.
 */
export async function parseRows(
  chunks: AsyncIterable<Uint8Array>,
  onRows: (rows: readonly unknown[]) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const splitter = createSplitter(onRows);
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    splitter.push(chunk);
    // Chunks that have arrived already would otherwise come one upon another.
    await nextTurn();
  }
  return splitter.end();
}

/**
 * Finds where rows end: a `}` that closes an object right in the array called `rows`. It only counts
 * brackets outside strings; JSON.parse judges what lies between, so a wrong guess is an error, never
 * a wrong row.
 */
function createSplitter(onRows: (rows: readonly unknown[]) => void) {
  const envelope: Uint8Array[] = [];
  const batch = createBatch(onRows);
  let envelopeLength = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inRows = false;
  let seenRows = false;
  /** How many characters of ROWS the last string began with, if it had no others: else -1. */
  let matched = 0;

  function keep(bytes: Uint8Array): void {
    envelopeLength += bytes.length;
    if (envelopeLength > LONGEST_ENVELOPE) throw new SyntaxError('too much beside the rows');
    envelope.push(bytes);
  }

  function push(chunk: Uint8Array): void {
    let start = 0;
    let lastRowEnd = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i] ?? 0;
      if (inString) {
        if (!escaped && byte === QUOTE) {
          inString = false;
          continue;
        }
        escaped = !escaped && byte === BACKSLASH;
        matched = byte === ROWS[matched] ? matched + 1 : -1;
      } else if (byte === QUOTE) {
        inString = true;
        matched = 0;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth += 1;
        if (depth !== 2 || byte !== OPEN_ARRAY || matched !== ROWS.length) continue;
        if (seenRows) throw new SyntaxError('rows stands twice');
        keep(chunk.subarray(start, i + 1));
        start = i + 1;
        inRows = true;
        seenRows = true;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth -= 1;
        if (inRows && depth === 2) lastRowEnd = i + 1;
        if (!inRows || depth !== 1) continue;
        batch.add(chunk.subarray(start, i));
        batch.end();
        start = i;
        inRows = false;
      }
    }
    if (!inRows) return keep(chunk.subarray(start));
    if (lastRowEnd > start) {
      batch.add(chunk.subarray(start, lastRowEnd));
      batch.parse();
      start = lastRowEnd;
    }
    batch.add(chunk.subarray(start));
  }

  return {
    push,
    end: (): unknown => JSON.parse(utf8.decode(Buffer.concat(envelope)).replace(/^\ufeff/, '')),
  };
}

/** Gathers bytes up to the end of a row and parses them; a comma parts each batch from the last. */
function createBatch(onRows: (rows: readonly unknown[]) => void) {
  let bytes: Uint8Array[] = [];
  let length = 0;
  let first = true;

  function parse(): void {
    const text = utf8.decode(Buffer.concat(bytes));
    const comma = first ? 0 : COMMA.exec(text)?.[0].length;
    if (comma === undefined) throw new SyntaxError('no comma between rows');
    const rows: unknown = JSON.parse(`[${text.slice(comma)}]`);
    if (!Array.isArray(rows) || rows.length === 0) throw new SyntaxError('a comma without a row');
    bytes = [];
    length = 0;
    first = false;
    onRows(rows);
  }

  return {
    /** What is kept is a part of one row, and the rows of the chunk that ends it. */
    add(more: Uint8Array): void {
      if (length > LONGEST_ROW) throw new SyntaxError('a row is too long');
      length += more.length;
      bytes.push(more);
    },
    parse,
    /** What is left must be rows, or nothing but white space. */
    end(): void {
      const rest = Buffer.concat(bytes).toString('latin1');
      if (NOT_BLANK.test(rest)) parse();
    },
  };
}
