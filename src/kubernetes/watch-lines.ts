/** Far above what etcd holds for one object (1.5 MiB). */
export const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * The lines of a stream of UTF-8, without their newlines and without empty ones. They are cut as
 * bytes, so that a character that arrives in two pieces stays whole. What follows the last newline is
 * a line that was cut off and is left out. Throws when a line is longer than `longest` bytes.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  longest = LONGEST_LINE_BYTES,
): AsyncGenerator<string> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const isEmpty = start === end && length === 0;
      if (!isEmpty) pieces.push(chunk.subarray(start, end));
      start = end + 1;
      if (isEmpty) continue;
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      length = 0;
      yield line;
    }
    if (start === chunk.length) continue;
    pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > longest) throw new RangeError(`A line is longer than ${longest} bytes`);
  }
}
