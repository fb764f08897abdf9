import { expect } from 'chai';
import { delayUntilNext, longestDelay } from '../../../src/controller/schedule.ts';

const MINUTE = 60_000;

describe('delayUntilNext', () => {
  it('is the nap and up to a tenth more after a sync that ended well', () => {
    expect(delayUntilNext(30 * MINUTE, undefined, 0, () => 0)).to.equal(30 * MINUTE);
    expect(delayUntilNext(30 * MINUTE, undefined, 0, () => 0.999)).to.be.within(
      32 * MINUTE,
      33 * MINUTE,
    );
  });

  it('grows with each failure, to at most five minutes', () => {
    const delays = [1, 2, 3, 4, 20].map((failures) =>
      delayUntilNext(30 * MINUTE, 'SourceUnavailable', failures, () => 1),
    );
    expect(delays).to.deep.equal([5_000, 10_000, 20_000, 40_000, 5 * MINUTE]);
  });

  it('retries no slower than the nap, but not in a hot loop', () => {
    expect(delayUntilNext(MINUTE, 'TargetUnavailable', 20, () => 1)).to.equal(MINUTE);
    expect(delayUntilNext(1_000, 'TargetUnavailable', 20, () => 1)).to.equal(10_000);
  });

  it('is slow at once where a person must act', () => {
    expect(delayUntilNext(30 * MINUTE, 'AuthenticationFailed', 1, () => 0)).to.equal(5 * MINUTE);
    expect(delayUntilNext(1_000, 'InsufficientScope', 1, () => 0)).to.equal(10_000);
  });

  it('retries an object without a readable nap', () => {
    expect(delayUntilNext(Infinity, 'InvalidSpec', 1, () => 0)).to.equal(5 * MINUTE);
  });
});

describe('longestDelay', () => {
  it('is never passed', () => {
    for (const napMs of [1_000, MINUTE, 30 * MINUTE]) {
      for (const fault of [undefined, 'SourceInvalid', 'SecretInvalid'] as const) {
        const delay = delayUntilNext(napMs, fault, 30, () => 0.999_999);
        expect(delay).to.be.at.most(longestDelay(napMs));
      }
    }
  });
});
