import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseRows } from '../../../src/institutions/row-stream.ts';

const { signal } = new AbortController();

/** The bytes cut at these places. */
async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const place of [...places, bytes.length]) {
    yield bytes.subarray(start, place);
    start = place;
  }
}

interface Parsed {
  readonly envelope: unknown;
  readonly rows: readonly unknown[];
}

async function parse(text: string | Uint8Array, cuts: readonly number[] = []): Promise<Parsed> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const rows: unknown[] = [];
  const envelope = await parseRows(pieces(bytes, cuts), (more) => rows.push(...more), signal);
  return { envelope, rows };
}

async function throws(text: string | Uint8Array, cuts: readonly number[] = []): Promise<boolean> {
  return parse(text, cuts).then(
    () => false,
    () => true,
  );
}

const everywhere = Array.from({ length: 200 }, (_, i) => i);

describe('parseRows', () => {
  it('hands on rows while they arrive', async () => {
    const seen: number[] = [];
    async function* body() {
      yield Buffer.from('{"rowCount":2,"rows":[{"a":1},{"a"');
      expect(seen).to.deep.equal([1]);
      yield Buffer.from(':2}]}');
    }
    await parseRows(body(), (rows) => seen.push(rows.length), signal);
    expect(seen).to.deep.equal([1, 1]);
  });

  it('lets other work go on after each of the chunks that are there already', async () => {
    const order: string[] = [];
    function otherWork(): void {
      order.push('other');
      if (order.length < 100) setImmediate(otherWork);
    }
    setImmediate(otherWork);
    const text = Buffer.from('{"rows":[{"a":1},{"a":2},{"a":3}]}');
    await parseRows(pieces(text, [17, 25]), () => order.push('rows'), signal);
    expect(order.slice(0, 5)).to.deep.equal(['rows', 'other', 'rows', 'other', 'rows']);
  });

  const valid: readonly (readonly [string, string])[] = [
    ['no rows', '{"rowCount":0,"rows":[]}'],
    ['white space everywhere', ' { "rowCount" : 1 ,\r\n "rows" : [ { "a" : 1 } ,\t{ } ] } '],
    ['rows before rowCount', '{"rows":[{"a":1}],"rowCount":1}'],
    ['brackets in strings', '{"rows":[{"a":"}],[{"},{"b":"\\"}\\\\"}],"x":"]["}'],
    ['nested rows', '{"rows":[{"rows":[{"rows":[]}]},{"a":[[{}]]}]}'],
    ['rows that are no objects', '{"rows":[1,"x",null,[2],{"a":1},3]}'],
    ['other arrays', '{"links":[{"a":1},[2]],"x":"rows","y":[3],"rows":[{}]}'],
    ['letters beyond ASCII', '{"rows":[{"n":"Université 北京 🎓"}],"é":"ü"}'],
    ['escapes', '{"rows":[{"n":"\\u00e9\\ud83c\\udf93\\n"}]}'],
    [
      'keys that begin or end with rows',
      '{"row":[1],"rows2":[2],"rowsrows":[3],"xows":[4],"rows":[{}]}',
    ],
    ['keys that are rows but for what is escaped', '{"ro\\"ws":[1],"\\\\rows":[2],"rows":[{}]}'],
  ];
  for (const [what, text] of valid) {
    it(`reads ${what}, wherever it is cut`, async () => {
      const value: { rows: unknown[] } = JSON.parse(text);
      const expected = { envelope: { ...value, rows: [] }, rows: value.rows };
      expect(await parse(text)).to.deep.equal(expected);
      expect(await parse(text, everywhere)).to.deep.equal(expected);
      for (const cut of everywhere) expect(await parse(text, [cut])).to.deep.equal(expected);
    });
  }

  const invalid: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['an end that is missing', '{"rows":[{"a":1}'],
    ['an end of rows that is missing', '{"rows":[{"a":1}}'],
    ['a comma too many at the end', '{"rows":[{"a":1},]}'],
    ['a comma too many between', '{"rows":[{"a":1},,{"a":1}]}'],
    ['a comma too many before', '{"rows":[,{"a":1}]}'],
    ['a comma that is missing', '{"rows":[{"a":1}{"a":2}]}'],
    ['a comma alone', '{"rows":[,]}'],
    ['brackets that do not match', '{"rows":[{"a":[1}]]}'],
    ['text behind the end', '{"rows":[{}]}x'],
    ['a second value', '{"rows":[{}]}{"rows":[{}]}'],
    ['rows twice', '{"rows":[{}],"rows":[]}'],
    ['a string that does not end', '{"rows":[{"a":"x}]}'],
    ['a byte order mark between rows', '{"rows":[{}\ufeff,{}]}'],
    ['a no-break space between rows', '{"rows":[{}\u00a0,{}]}'],
    ['a no-break space for rows', '{"rows":[\u00a0]}'],
    ['a comma that is missing before more rows', '{"rows":[{"a":1} {"a":2},{"a":3}]}'],
    ['an object of rows', '{"rows":{{"a":1},{"a":2}}}'],
    ['single quotes', "{'rows':[{}]}"],
    ['brackets that close too much', ']]}{"rows":[{}]}'],
  ];
  for (const [what, text] of invalid) {
    it(`refuses ${what}, wherever it is cut`, async () => {
      expect(await throws(text)).to.equal(true);
      expect(await throws(text, everywhere)).to.equal(true);
      for (const cut of everywhere)
        expect(await throws(text, [cut]), `cut at ${cut}`).to.equal(true);
    });
  }

  it('refuses malformed UTF-8, in rows and beside them', async () => {
    expect(await throws(Buffer.from('{"rows":[{"a":"\xe9"}]}', 'latin1'))).to.equal(true);
    expect(await throws(Buffer.from('{"a":"\xe9","rows":[{}]}', 'latin1'))).to.equal(true);
  });

  for (const [text, message] of [
    ['{"rows":[{}],"rows":[]}', 'rows stands twice'],
    ['{"rows":[{} {}]}', 'no comma between rows'],
    ['{"rows":[{},]}', 'a comma without a row'],
    [`{"x":"${'x'.repeat(1_000_000)}","rows":[]}`, 'too much beside the rows'],
    [`{"rows":[{"x":"${'x'.repeat(1_100_000)}"}]}`, 'a row is too long'],
  ] as const) {
    it(`says what is wrong: ${message}`, async () => {
      // Cut right behind the first row, or in the middle of a long text.
      const reading = parse(text, [11, 1_050_000]);
      expect(await reading.catch((error: Error) => error))
        .to.be.instanceOf(SyntaxError)
        .with.property('message', message);
    });
  }

  it('refuses more than a megabyte beside the rows', async () => {
    const most = `{"x":"${'x'.repeat(1_000_000 - 18)}","rows":[]}`;
    expect(most).to.have.length(1_000_000);
    expect(await parse(most))
      .to.have.property('rows')
      .that.deep.equals([]);
    expect(await throws(` ${most}`)).to.equal(true);
    expect(await throws('<html>'.repeat(200_000))).to.equal(true);
  });

  it('ends when the signal aborts', async () => {
    const reading = parseRows(pieces(Buffer.from('{}'), []), () => {}, AbortSignal.abort('over'));
    expect(await reading.catch((reason: unknown) => reason)).to.equal('over');
  });

  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', 'é', '🎓'),
  });
  const value = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 3 });
  const listing = fc.record(
    {
      rowCount: fc.nat(),
      links: fc.array(value, { maxLength: 2 }),
      next: text,
      rows: fc.array(fc.dictionary(text, fc.oneof(text, value)), { maxLength: 5 }),
    },
    { requiredKeys: ['rows'] },
  );
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 5 });

  it('reads what JSON.parse reads', async () => {
    await fc.assert(
      fc.asyncProperty(listing, cuts, fc.nat({ max: 3 }), async (page, places, indent) => {
        const source = JSON.stringify(page, null, indent);
        const { rows, ...beside } = JSON.parse(source);
        expect(await parse(source, places)).to.deep.equal({
          envelope: { ...beside, rows: [] },
          rows,
        });
      }),
      { seed: 20260806, numRuns: 500 },
    );
  });

  it('never reads otherwise than JSON.parse what has been damaged', async () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.constantFrom('', ',', '}', ']', '[', '{', '"', '\\', ' ', '\ufeff'),
    );
    await fc.assert(
      fc.asyncProperty(
        listing,
        fc.array(damage, { maxLength: 3 }),
        cuts,
        async (page, damages, places) => {
          let source = JSON.stringify(page);
          for (const [place, character] of damages) {
            const at = place % source.length;
            source = source.slice(0, at) + character + source.slice(at + (place % 2));
          }
          source = source.toWellFormed();
          let expected: unknown;
          try {
            expected = JSON.parse(source);
          } catch {
            expect(await throws(source, places), source).to.equal(true);
            return;
          }
          const parsed = await parse(source, places).catch(() => undefined);
          if (parsed === undefined || typeof parsed.envelope !== 'object') return;
          const merged =
            parsed.rows.length > 0 ? { ...parsed.envelope, rows: parsed.rows } : parsed.envelope;
          expect(merged, source).to.deep.equal(expected);
        },
      ),
      { seed: 20260807, numRuns: 2000 },
    );
  });
});
