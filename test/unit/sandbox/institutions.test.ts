import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { institutions, madeUpInstitutions } from '../../sandbox/institutions.ts';
import { shuffled } from '../../sandbox/random.ts';

const SAMPLE = new URL('../../sandbox/data/institutions-sample.json', import.meta.url);
const REAL = new URL('../../../../shared/data/institutions.json.gz', import.meta.url);
const FIELDS = [
  'iid',
  'name',
  'web',
  'latitude',
  'longitude',
  'currency',
  'region',
  'country',
  'continent',
  'address',
  'phone',
  'foundation_year',
];

describe('sandbox: institutions', () => {
  it('come in any number, each with an id of its own', () => {
    for (const count of [0, 1, 300, 13_000, 20_000]) {
      const ids = institutions(count).map(({ iid }) => iid);
      expect(new Set(ids)).to.have.lengthOf(count);
    }
  });

  it('have the fields that THE sends, all of them strings', () => {
    for (const row of [...institutions(300), ...madeUpInstitutions(300)]) {
      expect(Object.keys(row)).to.deep.equal(FIELDS);
      for (const value of Object.values(row)) expect(value).to.be.a('string');
      expect(row.iid).to.match(/^i-\d{8}$/);
      expect(row.name).to.not.equal('');
    }
  });

  it('have a sample in the project, with its source', () => {
    const text = readFileSync(SAMPLE, 'utf8');
    const sample: unknown = JSON.parse(text);
    expect(sample).to.have.property('source').that.contains('ROR').and.contains('CC0');
    expect(sample).to.have.property('rows').with.lengthOf(300);
  });

  it('are the sample and made-up ones where nothing else is there', () => {
    const absent = new URL('./absent.json.gz', import.meta.url);
    const rows = institutions(400, [absent, SAMPLE]);
    expect(new Set(rows.map(({ iid }) => iid))).to.have.lengthOf(400);
    expect(rows.slice(300)).to.deep.equal(madeUpInstitutions(100));
    expect(institutions(5, [absent])).to.deep.equal(madeUpInstitutions(5));
  });

  it('are real where the real ones are there', function () {
    if (!existsSync(REAL)) return this.skip();
    expect(institutions(1)[0]?.name).to.equal('All India Institute of Ayurveda, New Delhi');
    return undefined;
  });

  it('are made up the same way each time, never with an id that is taken', () => {
    expect(madeUpInstitutions(50)).to.deep.equal(madeUpInstitutions(50));
    expect(madeUpInstitutions(50, { seed: 2 })).to.not.deep.equal(madeUpInstitutions(50));
    const taken = new Set(madeUpInstitutions(10).map(({ iid }) => iid));
    const more = madeUpInstitutions(10, { taken });
    expect(more.some(({ iid }) => taken.has(iid))).to.equal(false);
  });

  it('are shuffled the same way for the same seed, and none is lost', () => {
    const rows = institutions(100);
    expect(shuffled(rows, 7)).to.deep.equal(shuffled(rows, 7));
    expect(shuffled(rows, 7)).to.not.deep.equal(shuffled(rows, 8));
    expect(shuffled(rows, 7)).to.not.deep.equal(rows);
    expect(shuffled(rows, 7)).to.have.deep.members([...rows]);
  });
});
