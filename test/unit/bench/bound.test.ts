import { expect } from 'chai';
import { boundSeconds } from '../../bench/bound.ts';

describe('the bound of a first sync', () => {
  for (const [what, demand, seconds] of [
    ['a burst and then 150 a minute', { plan: 'enterprise', writes: 155 }, 60],
    ['25 a minute', { plan: 'essentials', writes: 30 }, 60],
    ['two a second for all endpoints', { plan: 'free', writes: 122 }, 60],
    ['nothing to wait for', { plan: 'enterprise', writes: 3 }, 0],
    ['half for another client', { plan: 'enterprise', writes: 155, competitor: 0.5 }, 120],
    ['a budget of a quarter', { plan: 'enterprise', writes: 155, requestBudget: 25 }, 240],
    ['scaled time', { plan: 'enterprise', writes: 155, timeScale: 20 }, 3],
  ] as const) {
    it(`is that of the buckets: ${what}`, () => {
      expect(boundSeconds(demand)).to.be.closeTo(seconds, 1e-9);
    });
  }
});
