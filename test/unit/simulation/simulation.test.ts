import { expect } from 'chai';
import { REGRESSIONS } from '../../simulation/regressions.ts';
import {
  replayCommand,
  runSeeds,
  seedsFrom,
  summaryLine,
  type Summary,
} from '../../simulation/run-seeds.ts';
import { simulate } from '../../simulation/simulate.ts';

/** All seeds together may take two minutes; the suite, ten. The last ones begin when this is over. */
const BUDGET_MS = 90_000;

describe('the simulation', function () {
  this.timeout(180_000);

  it('plays a seed the same way each time, whatever was played before', async () => {
    for (const seed of [7, 8, 9]) {
      const once = await simulate(seed, { trace: true });
      await simulate(seed + 1_000);
      const again = await simulate(seed, { trace: true });
      expect(again.trace).to.deep.equal(once.trace);
      expect(again.fingerprint).to.equal(once.fingerprint);
      expect((await simulate(seed)).fingerprint).to.equal(once.fingerprint);
    }
  });

  it('finds nothing lost in the seeds that failed once', async () => {
    const { signal } = new AbortController();
    const sum = await runSeeds({ seeds: REGRESSIONS, threads: 1, signal });
    expect(failures(sum)).to.equal('');
    expect(sum.seeds).to.equal(REGRESSIONS.length);
  });

  it('finds nothing lost in as many seeds as the time allows', async () => {
    const signal = AbortSignal.timeout(BUDGET_MS);
    const sum = await runSeeds({ seeds: seedsFrom(1), threads: 2, signal });
    console.log(`      ${summaryLine(sum)}`);
    expect(failures(sum)).to.equal('');
    expect(sum.seeds).to.be.greaterThan(0);
  });
});

function failures({ violations }: Summary): string {
  return violations
    .map(({ seed, violation }) => `seed ${seed}: ${violation}\n${replayCommand(seed)}`)
    .join('\n');
}
