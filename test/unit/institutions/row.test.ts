import { expect } from 'chai';
import * as fc from 'fast-check';
import { METADATA_FIELDS } from '../../../src/api/spec.ts';
import { isSkipped, toInstitution } from '../../../src/institutions/row.ts';

const OXFORD = {
  iid: 'i-00003535',
  name: 'University of Oxford',
  web: 'https://www.ox.ac.uk',
  latitude: '51.75',
  longitude: '',
  country: 'United Kingdom',
  phone: null,
  unknown: { deep: true },
};

describe('toInstitution', () => {
  it('keeps id and name only, unless fields are chosen', () => {
    expect(toInstitution(OXFORD, [])).to.deep.equal({
      id: 'i-00003535',
      name: 'University of Oxford',
      fields: {},
    });
  });

  it('shares one frozen object where no fields are chosen', () => {
    const [one, other] = [toInstitution(OXFORD, []), toInstitution({ ...OXFORD, iid: 'x' }, [])];
    if (isSkipped(one) || isSkipped(other)) throw new Error('must not be skipped');
    expect(one.fields).to.equal(other.fields);
    expect(Object.isFrozen(one.fields)).to.equal(true);
  });

  it('takes the chosen fields that have a value', () => {
    expect(toInstitution(OXFORD, [...METADATA_FIELDS])).to.deep.include({
      fields: { web: 'https://www.ox.ac.uk', latitude: '51.75', country: 'United Kingdom' },
    });
  });

  it('cleans and cuts chosen fields like names', () => {
    const row = { ...OXFORD, address: ` 1\tHigh\u0000Street ${'x'.repeat(300)}`, phone: ' \n ' };
    expect(toInstitution(row, ['address', 'phone'])).to.deep.include({
      fields: { address: `1 High Street ${'x'.repeat(241)}` },
    });
  });

  const numbers: readonly (readonly [number, string | undefined])[] = [
    [51.75, '51.75'],
    [-0.1278, '-0.1278'],
    [0, '0'],
    [1096, '1096'],
    [1e-7, '0.0000001'],
    [-2.5e-9, '-0.0000000025'],
    [2 ** 53 - 1, '9007199254740991'],
    [2 ** 53, undefined],
    [1e21, undefined],
  ];
  for (const [value, expected] of numbers) {
    it(`takes the number ${value} as ${expected ?? 'absent'}`, () => {
      const entry = toInstitution({ ...OXFORD, latitude: value }, ['latitude']);
      expect(entry).to.deep.include({
        fields: expected === undefined ? {} : { latitude: expected },
      });
    });
  }

  it('takes a number as iid and as name', () => {
    expect(toInstitution({ iid: 3535, name: 42 }, [])).to.deep.equal({
      id: '3535',
      name: '42',
      fields: {},
    });
  });

  it('takes a value of another kind for absent', () => {
    const row = { ...OXFORD, web: ['x'], country: { a: 1 }, phone: true, region: null };
    expect(toInstitution(row, ['web', 'country', 'phone', 'region'])).to.deep.include({
      fields: {},
    });
    expect(toInstitution({ ...OXFORD, name: ['x'] }, [])).to.have.property('why');
  });

  for (const iid of [undefined, null, '', '  ', '\ufeff', [], {}, true, 2 ** 60]) {
    it(`skips a row whose iid is ${JSON.stringify(iid)}`, () => {
      expect(toInstitution({ ...OXFORD, iid }, [])).to.deep.equal({
        id: undefined,
        why: 'The row has no iid.',
      });
    });
  }

  const refused = [
    'I-1',
    'i 1',
    ' i-1',
    'i-1 ',
    'i-1\n',
    '-1',
    '1-',
    '_1',
    '1_',
    'org_1',
    'i/1',
    '..',
    'i.1',
    'é',
    'i%2f1',
    'a'.repeat(51),
    '__proto__',
    '1.5',
    '-5',
  ];
  for (const iid of refused) {
    it(`skips the iid ${JSON.stringify(iid)}, and says which it was`, () => {
      const entry = toInstitution({ ...OXFORD, iid }, []);
      expect(entry).to.have.property('id', iid);
      expect(entry).to.have.property(
        'why',
        'Auth0 refuses the iid as the name of an organization: 1 to 50 characters of a-z, 0-9, - and _, starting and ending with a letter or digit, not starting with org_.',
      );
    });
  }

  for (const iid of [
    'a',
    '1',
    'i-1',
    'a_b',
    'a--b',
    'org-1',
    'organisation',
    'constructor',
    'a'.repeat(50),
  ]) {
    it(`accepts the iid ${iid}`, () => {
      expect(toInstitution({ ...OXFORD, iid }, [])).to.include({ id: iid, name: OXFORD.name });
    });
  }

  it('keeps no iid that is longer than any mark', () => {
    const longest = 'a'.repeat(255);
    expect(toInstitution({ ...OXFORD, iid: longest }, [])).to.have.property('id', longest);
    const entry = toInstitution({ ...OXFORD, iid: 'a'.repeat(256) }, []);
    expect(entry).to.have.property('id', undefined);
    expect(entry)
      .to.have.property('why')
      .that.matches(/^Auth0 refuses the iid/);
  });

  for (const name of [undefined, null, '', ' \t\u0000\ufeff ', [], {}]) {
    it(`skips a row whose name is ${JSON.stringify(name)}, and keeps its id`, () => {
      expect(toInstitution({ ...OXFORD, name }, [])).to.deep.equal({
        id: 'i-00003535',
        why: 'The row has no name.',
      });
    });
  }

  for (const row of [null, undefined, 'text', 5, true, [], [OXFORD]]) {
    it(`throws for the row ${JSON.stringify(row)}`, () => {
      expect(() => toInstitution(row, [])).to.throw();
    });
  }

  it('accepts exactly the ids that the rule for organization names accepts', () => {
    const rule = /^(?!org_)[a-z0-9]([a-z0-9\-_]*[a-z0-9])?$/;
    const characters = 'ab09-_orgA./ '.split('');
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 55 }),
      fc.string({ unit: fc.constantFrom('a', '-'), minLength: 45, maxLength: 55 }),
    );
    fc.assert(
      fc.property(text, (iid) => {
        const skipped = isSkipped(toInstitution({ iid, name: 'x' }, []));
        expect(skipped).to.equal(!(rule.test(iid) && iid.length <= 50));
      }),
      { seed: 20260803, numRuns: 1000 },
    );
  });

  it('never throws for an object', () => {
    fc.assert(
      fc.property(
        fc.record({ iid: fc.anything(), name: fc.anything(), web: fc.anything() }),
        (row) => {
          const entry = toInstitution(row, ['web']);
          expect(isSkipped(entry) ? entry.why : entry.id).to.be.a('string');
        },
      ),
      { seed: 20260804, numRuns: 500 },
    );
  });
});
