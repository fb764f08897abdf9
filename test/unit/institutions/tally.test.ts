import { expect } from 'chai';
import type { Page } from '../../../src/institutions/page.ts';
import { createTally } from '../../../src/institutions/tally.ts';

let next = 0;

function page(rowCount: number, received: number): Page {
  const institutions = Array.from({ length: received }, () => ({
    id: `i-${(next += 1)}`,
    name: 'x',
    fields: {},
  }));
  return { rowCount, received, institutions, skipped: [] };
}

/** The first contradiction of pages given as [rowCount, received], or undefined. */
function contradiction(...pages: readonly (readonly [number, number])[]): string | undefined {
  const tally = createTally();
  for (const [rowCount, received] of pages) {
    const found = tally.add(page(rowCount, received));
    if (found !== undefined) return found;
  }
  return tally.end();
}

const CONTRADICTED = 'rowCount is neither the number of rows of each page nor that of the listing';

describe('createTally', () => {
  const consistent: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
    [
      'the count of each page',
      [
        [20, 20],
        [20, 20],
        [10, 10],
        [0, 0],
      ],
    ],
    [
      'the count of each page, with a short one between',
      [
        [20, 20],
        [5, 5],
        [20, 20],
        [0, 0],
      ],
    ],
    [
      'the total',
      [
        [50, 20],
        [50, 20],
        [50, 10],
        [50, 0],
      ],
    ],
    [
      'the total, and 0 past the end',
      [
        [50, 20],
        [50, 20],
        [50, 10],
        [0, 0],
      ],
    ],
    [
      'both at once',
      [
        [7, 7],
        [0, 0],
      ],
    ],
    [
      'the total in a listing of one page',
      [
        [7, 7],
        [7, 0],
      ],
    ],
    ['nothing', [[0, 0]]],
  ];
  for (const [what, pages] of consistent) {
    it(`accepts rowCount as ${what}`, () => expect(contradiction(...pages)).to.equal(undefined));
  }

  it('notices a total that is passed as soon as it is', () => {
    const tally = createTally();
    expect(tally.add(page(30, 20))).to.equal(undefined);
    expect(tally.add(page(30, 20))).to.equal(CONTRADICTED);
  });

  const contradicting: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
    [
      'a total that is not reached',
      [
        [50, 20],
        [50, 0],
      ],
    ],
    [
      'a total that is not reached, and 0 past the end',
      [
        [50, 20],
        [50, 20],
        [0, 0],
      ],
    ],
    [
      'a total that is passed',
      [
        [30, 20],
        [30, 20],
      ],
    ],
    [
      'a total that changes',
      [
        [50, 20],
        [51, 20],
      ],
    ],
    ['a total of rows that are not there', [[50, 0]]],
    [
      'neither reading',
      [
        [20, 20],
        [19, 20],
      ],
    ],
    [
      'the count of one page and the total of another',
      [
        [20, 20],
        [50, 20],
      ],
    ],
    [
      'a total that changes at the end',
      [
        [40, 20],
        [40, 20],
        [41, 0],
      ],
    ],
    ['too small a count', [[1, 2]]],
    [
      'rows of which a page says that there are none',
      [
        [40, 20],
        [0, 20],
        [40, 0],
      ],
    ],
  ];
  for (const [what, pages] of contradicting) {
    it(`notices ${what}`, () => expect(contradiction(...pages)).to.equal(CONTRADICTED));
  }

  it('notices an iid that stands twice, in one page or in two', () => {
    const one = page(2, 2);
    const tally = createTally();
    expect(tally.add(one)).to.equal(undefined);
    expect(tally.add(one)).to.equal('the same iid stands in more than one row');
    const [first] = one.institutions;
    if (first === undefined) throw new Error('no institution');
    expect(createTally().add({ ...one, institutions: [first, first] })).to.be.a('string');
  });

  it('notices an iid of a skipped row that stands twice', () => {
    const why = 'The row has no name.';
    const skipped = [
      { id: 'i-1', why },
      { id: 'i-1', why },
    ];
    expect(createTally().add({ rowCount: 2, received: 2, institutions: [], skipped })).to.be.a(
      'string',
    );
    const both = {
      institutions: [{ id: 'i-1', name: 'x', fields: {} }],
      skipped: [{ id: 'i-1', why }],
    };
    expect(createTally().add({ rowCount: 2, received: 2, ...both })).to.be.a('string');
  });

  it('accepts iids of skipped rows that differ, and counts all rows', () => {
    const why = 'The row has no name.';
    const skipped = ['i-1', 'i-2', 'i-3'].map((id) => ({ id, why }));
    const tally = createTally();
    expect(tally.add({ ...page(5, 2), received: 5, skipped })).to.equal(undefined);
    expect(tally.received()).to.equal(5);
  });

  it('accepts any number of rows without an iid', () => {
    const skipped = Array.from({ length: 3 }, () => ({
      id: undefined,
      why: 'The row has no iid.',
    }));
    expect(createTally().add({ rowCount: 3, received: 3, institutions: [], skipped })).to.equal(
      undefined,
    );
  });

  it('knows ids that are names of properties', () => {
    const institutions = [{ id: 'constructor', name: 'x', fields: {} }];
    expect(createTally().add({ rowCount: 1, received: 1, institutions, skipped: [] })).to.equal(
      undefined,
    );
  });

  it('gives up on a listing of more than 2,000,000 rows', () => {
    const tally = createTally();
    const many: Page = { rowCount: 1_000_000, received: 1_000_000, institutions: [], skipped: [] };
    expect(tally.add(many)).to.equal(undefined);
    expect(tally.add(many)).to.equal(undefined);
    expect(tally.add(page(1, 1))).to.equal('it does not end within 2,000,000 rows');
  });

  it('says whether something but an empty page proves the end', () => {
    const counting = createTally();
    counting.add(page(20, 20));
    counting.add(page(0, 0));
    expect(counting.endUnproven()).to.equal(true);
    const totalling = createTally();
    totalling.add(page(20, 20));
    totalling.add(page(20, 0));
    expect(totalling.endUnproven()).to.equal(false);
  });
});
