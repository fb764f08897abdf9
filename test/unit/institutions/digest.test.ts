import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { digestOf } from '../../../src/institutions/digest.ts';
import type { Institution, SkippedRow } from '../../../src/institutions/institution.ts';

const { signal } = new AbortController();

function institution(id: string, name = 'A', fields: Record<string, string> = {}): Institution {
  return { id, name, fields };
}

async function digest(
  institutions: readonly Institution[],
  skipped: readonly SkippedRow[] = [],
): Promise<string> {
  return digestOf(institutions, skipped, signal);
}

/** The same entries in a repeatable other order. */
function shuffled<T>(entries: readonly T[]): T[] {
  let state = 7;
  return entries
    .map((entry) => ({ entry, at: (state = (state * 48_271) % 2_147_483_647) }))
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry);
}

/** How often other work ran while the digest of so many institutions was made; 1,000 at most. */
async function turnsDuring(count: number): Promise<number> {
  let turns = 0;
  const done = new AbortController();
  const rows = Array.from({ length: count }, (_, i) => institution(`i-${i}`));
  const working = digestOf(rows, [], done.signal).finally(() => done.abort());
  for (; !done.signal.aborted && turns < 1_000; turns += 1) await nextTurn();
  done.abort();
  await working.catch(() => undefined);
  return turns;
}

describe('digestOf', () => {
  it('lets other work run, as often as it needs and no more', async () => {
    expect(await turnsDuring(4_000)).to.equal(1);
    expect(await turnsDuring(4_001)).to.be.within(2, 20);
    expect(await turnsDuring(30_000)).to.be.within(10, 50);
  });

  it('is sha256 in hexadecimal', async () => {
    expect(await digest([])).to.match(/^sha256:[0-9a-f]{64}$/);
  });

  it('stays the same from one release to the next', async () => {
    expect(
      await digest(
        [institution('b', 'É', { web: 'w', country: 'c' }), institution('a')],
        [{ id: 'x', why: 'The row has no name.' }],
      ),
    ).to.equal('sha256:4d8f07d454a6f473bd08f278790b84da3ec1aba8fc545476488aebe52919d704');
  });

  const base = [institution('a'), institution('b')];
  const different: readonly (readonly [string, readonly Institution[], readonly SkippedRow[]])[] = [
    ['an id', [institution('a'), institution('c')], []],
    ['a name', [institution('a'), institution('b', 'B')], []],
    ['a field', [institution('a'), institution('b', 'A', { web: 'w' })], []],
    ['one row fewer', [institution('a')], []],
    ['a skipped row', base, [{ id: undefined, why: 'The row has no iid.' }]],
    ['a skipped id', base, [{ id: 'c', why: 'The row has no iid.' }]],
    ['a cause', base, [{ id: 'c', why: 'The row has no name.' }]],
  ];
  it('differs by ids, names, fields, skipped rows and causes', async () => {
    const digests = [await digest(base)];
    for (const [, institutions, skipped] of different) {
      digests.push(await digest(institutions, skipped));
    }
    expect(new Set(digests).size).to.equal(different.length + 1);
  });

  it('differs by the field that has a value', async () => {
    const web = await digest([institution('a', 'A', { web: 'x' })]);
    expect(await digest([institution('a', 'A', { phone: 'x' })])).to.not.equal(web);
  });

  it('does not mistake a skipped row for another through its id', async () => {
    const why = 'w';
    const one = await digest([], [{ id: 'a"]\n["b', why }]);
    expect(
      await digest(
        [],
        [
          { id: 'a', why },
          { id: 'b', why },
        ],
      ),
    ).to.not.equal(one);
    expect(await digest([], [{ id: 'null', why }])).to.not.equal(
      await digest([], [{ id: undefined, why }]),
    );
  });

  it('does not depend on the order of rows, of fields or of skipped rows', async () => {
    const id = fc.string({ unit: fc.constantFrom('a', 'b', '0', '-'), minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(id, { maxLength: 30 }), async (ids) => {
        const rows = ids.map((each) => institution(each, `N ${each}`, { web: each, phone: '1' }));
        const skipped = ids.map((each) => ({ id: each, why: 'w' }));
        const turned = rows.map((row) => ({ ...row, fields: { phone: '1', web: row.id } }));
        expect(await digest(shuffled(turned), shuffled(skipped))).to.equal(
          await digest(rows, skipped),
        );
      }),
      { seed: 20260805, numRuns: 200 },
    );
  });

  it('does not depend on the order of many rows, which are sorted in parts', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => institution(`i-${i}`, `Name ${i}`));
    // Ids that are the starts of others sort first.
    rows.push(institution('i-'), institution('i'));
    expect(await digest(shuffled(rows))).to.equal(await digest(rows));
  });

  it('sorts many rows by id', async () => {
    const rows = Array.from({ length: 9_000 }, (_, i) => institution(`i-${i}`));
    const parted = await digest(shuffled(rows));
    const { createHash } = await import('node:crypto');
    const sorted = rows.map(({ id }) => id).sort();
    const text = `${sorted.map((id) => `${id}\tA\n`).join('')}\n`;
    expect(parted).to.equal(`sha256:${createHash('sha256').update(text).digest('hex')}`);
  });

  it('ends when the signal aborts', async () => {
    const error = await digestOf([institution('a')], [], AbortSignal.abort('over')).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.equal('over');
  });
});
