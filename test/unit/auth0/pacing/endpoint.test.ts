import { expect } from 'chai';
import { documentedRate, type Endpoint } from '../../../../src/auth0/pacing/endpoint.ts';

const CASES: readonly (readonly [Endpoint, readonly (readonly [Endpoint, number])[], number])[] = [
  // The endpoint, the limits seen so far, and the documented requests a minute.
  ['organizationWrites', [['organizationWrites', 5]], 25],
  [
    'organizationWrites',
    [
      ['list', 10],
      ['organizationWrites', 5],
    ],
    150,
  ],
  ['organizationWrites', [['list', 10]], 150],
  ['organizationWrites', [['list', 5]], 25],
  ['byId', [['byId', 20]], 200],
  ['byId', [['byId', 10]], 100],
  ['list', [['list', 2]], 120],
  ['list', [['list', 777]], 50],
  [
    'byId',
    [
      ['list', 777],
      ['byId', 20],
    ],
    200,
  ],
];

describe('documented rates', () => {
  for (const [endpoint, seen, perMinute] of CASES) {
    it(`gives ${perMinute} a minute for ${endpoint} after ${JSON.stringify(seen)}`, () => {
      expect(documentedRate(endpoint, new Map(seen)) * 60_000).to.be.closeTo(perMinute, 1e-9);
    });
  }
});
