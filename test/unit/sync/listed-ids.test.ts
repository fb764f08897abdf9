import { expect } from 'chai';
import { listedIdsInSlices } from '../../../src/sync/listed-ids.ts';
import { atOnce } from '../../../src/time/slices.ts';
import { ids, institution } from './rows.ts';

describe('listedIds', () => {
  it('are those of institutions and of skipped rows', () => {
    const skipped = ['b', 'C', ' d\t', undefined].map((id) => ({ id, why: 'x' }));
    const listed = atOnce(listedIdsInSlices({ institutions: [institution('a')], skipped }));
    expect([...listed]).to.deep.equal(['a', 'b', 'C', 'c', ' d\t', 'd']);
  });

  it('are collected with pauses', () => {
    const institutions = ids(2_500).map((id) => institution(id));
    const skipped = institutions.map(({ id }) => ({ id: `s${id}`, why: 'x' }));
    const work = listedIdsInSlices({ institutions, skipped });
    let pauses = 0;
    for (let step = work.next(); step.done !== true; step = work.next()) pauses += 1;
    expect(pauses).to.equal(6);
  });
});
