import { expect } from 'chai';
import { createStartRamp } from '../../../src/controller/start-ramp.ts';
import { seededRandom } from '../../sandbox/random.ts';

describe('the ramp at the start', () => {
  it('lets a few begin at once, and the others one after another with a jitter', () => {
    const ramp = createStartRamp(seededRandom(1));
    const delays = Array.from({ length: 500 }, () => ramp());
    expect(delays.slice(0, 10)).to.deep.equal(Array.from({ length: 10 }, () => 0));
    const gaps = delays.slice(11).map((delay, index) => delay - (delays[index + 10] ?? 0));
    for (const gap of gaps) expect(gap).to.be.within(0, 100);
    expect(new Set(gaps).size).to.be.above(400);
    expect(delays.at(-1)).to.be.within(24_450, 24_500);
  });
});
