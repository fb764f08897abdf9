import { expect } from 'chai';
import fc from 'fast-check';
import { splitLines } from '../../../src/kubernetes/watch-lines.ts';

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function lines(chunks: readonly Uint8Array[], longest?: number): Promise<string[]> {
  return Array.fromAsync(splitLines(stream(chunks), longest));
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  let start = 0;
  return ends.toSorted((a, b) => a - b).map((end) => bytes.subarray(start, (start = end)));
}

describe('splitLines', () => {
  it('gives the same lines wherever the stream is cut, within characters too', async () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((s) => s.replaceAll('\n', ' '));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(500)), async (expected, places) => {
        const text = expected.map((line) => `${line}\n`).join('');
        expect(await lines(cut(Buffer.from(text), places))).to.deep.equal(expected);
      }),
      { seed: 1 },
    );
  });

  it('leaves out empty lines and what was cut off at the end', async () => {
    expect(await lines([Buffer.from('{"a":1}\n\n{"b"')])).to.deep.equal(['{"a":1}']);
  });

  it('refuses a line that is longer than the bound, before it is complete', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 1;
        yield Buffer.alloc(10, 'x');
      }
    }
    const error = await Array.fromAsync(splitLines(endless(), 100)).catch(
      (error: unknown) => error,
    );
    expect(error).to.be.instanceOf(RangeError);
    expect(sent).to.equal(11);
  });

  it('counts the bound for each line', async () => {
    const chunk = Buffer.from('12345678\n');
    expect(
      await lines(
        Array.from({ length: 50 }, () => chunk),
        10,
      ),
    ).to.have.length(50);
  });
});
