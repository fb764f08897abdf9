import { expect } from 'chai';
import { createRefill, type Refill, type Sighting } from '../../../../src/auth0/pacing/refill.ts';

/** That of a bucket of five. */
const LONGEST_LAG = 2;

function see(refill: Refill, at: number, gained: number, full = false): void {
  const sighting: Sighting = { from: at, to: at, gained, gainedAtMost: gained, full };
  refill.observe(sighting, LONGEST_LAG);
}

describe('refill', () => {
  it('starts with the documented rate, and with another while nothing is proven', () => {
    const refill = createRefill(0.001);
    refill.assume(0.002);

    expect(refill.rate()).to.equal(0.002);
    expect(refill.proven()).to.equal(false);
  });

  it('learns a trickle that is faster than documented', () => {
    const refill = createRefill(0.001);
    for (let at = 0; at <= 400; at += 4) see(refill, at, Math.floor(at * 0.25));

    expect(refill.rate()).to.be.within(0.18, 0.26);
    expect(refill.lateness()).to.equal(0);
  });

  it('learns a trickle that is slower than documented', () => {
    const refill = createRefill(0.01);
    for (let at = 0; at <= 100_000; at += 1_000) see(refill, at, Math.floor(at * 0.002));

    expect(refill.rate()).to.be.within(0.0019, 0.0026);
  });

  it('is not misled by one step of many tokens', () => {
    const refill = createRefill(0.002_5);
    see(refill, 0, 4);
    see(refill, 990, 4);
    see(refill, 1_010, 154);

    expect(refill.rate()).to.equal(0.002_5);
  });

  it('allows for the lag of tokens that come in steps', () => {
    const refill = createRefill(0.002_5);
    for (let at = 0; at <= 60_000; at += 250) see(refill, at, Math.floor(at / 1_000) * 2.5);

    expect(refill.rate()).to.be.within(0.002, 0.003_5);
    expect(refill.lateness()).to.be.within(300, 1_000);
  });

  it('takes tokens that were lost at the brim for neither slowness nor lag', () => {
    const refill = createRefill(0.01);
    for (let at = 0; at <= 2_000; at += 100) see(refill, at, 5 + Math.floor(at * 0.01));
    const rate = refill.rate();
    see(refill, 3_600_000, 26, true);

    expect(refill.rate()).to.equal(rate);
    expect(refill.lateness()).to.equal(0);
  });

  it('compares nothing across an answer that is missing', () => {
    const refill = createRefill(0.001);
    see(refill, 0, 4);
    refill.interrupt();
    for (const at of [1, 2, 3]) {
      see(refill, at, 1_000);
      refill.interrupt();
    }

    expect(refill.rate()).to.equal(0.001);
  });
});
