import { expect } from 'chai';
import { atOnce, eachInSlices, inSlices, type Sliced } from '../../../src/time/slices.ts';

const NEVER = new AbortController().signal;

describe('a sliced computation', () => {
  it('has the same result at once and in slices', async () => {
    expect(atOnce(sum([1, 2, 3]))).to.equal(6);
    expect(await inSlices(sum([1, 2, 3]), NEVER)).to.equal(6);
  });

  it('lets others run between its slices', async () => {
    const started: number[] = [];
    const seen: number[] = [];
    const watch = setInterval(() => seen.push(started.length), 0);
    await inSlices(sum(Array<number>(5_000).fill(1), started), NEVER);
    clearInterval(watch);
    expect(seen.some((count) => count > 0 && count < 5_000)).to.equal(true);
  });

  for (const [rows, pauses] of [
    [0, 0],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [3_500, 4],
  ] as const) {
    it(`of ${rows} rows pauses before each thousand`, () => {
      const visited: number[] = [];
      const work = eachInSlices(Array.from({ length: rows }).keys(), (row) => visited.push(row));
      const before: number[] = [];
      while (work.next().done !== true) before.push(visited.length);
      expect(before).to.deep.equal(Array.from({ length: pauses }, (_, slice) => slice * 1_000));
      expect(visited).to.deep.equal([...Array.from({ length: rows }).keys()]);
    });
  }

  it('starts no further slice once the signal aborts', async () => {
    const abort = new AbortController();
    const started: number[] = [];
    const running = inSlices(sum([1, 2, 3], started), abort.signal);
    const reason = new Error('stop');
    abort.abort(reason);
    let caught: unknown;
    await running.catch((error: unknown) => (caught = error));
    expect(caught).to.equal(reason);
    expect(started).to.deep.equal([]);
  });

  it('passes on what the computation throws', async () => {
    expect(() => atOnce(broken())).to.throw(RangeError);
    let caught: unknown;
    await inSlices(broken(), NEVER).catch((error: unknown) => (caught = error));
    expect(caught).to.be.instanceOf(RangeError);
  });
});

function* sum(numbers: readonly number[], started: number[] = []): Sliced<number> {
  let total = 0;
  for (const number of numbers) {
    yield;
    started.push(number);
    total += number;
  }
  return total;
}

function* broken(): Sliced<never> {
  yield;
  throw new RangeError('broken');
}
