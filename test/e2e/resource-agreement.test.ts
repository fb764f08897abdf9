import { expect } from 'chai';
import * as fc from 'fast-check';
import { InstitutionSyncSpec } from '../../src/api/spec.ts';
import { specWith } from '../unit/api/spec-with.ts';
import { manifestOf, openResourceBench, type ResourceBench } from './resource.ts';

/** The same examples in every run. */
const SEED = 20260102;
const EXAMPLES = 300;
/** Requests at the same time. */
const BATCH = 10;

const ALPHABET = '0 9 a z A Z h m s ms . : - _ / @ # ? % & = + ~ \\ \' " ; ( [ xn-- %2e é 🎓'
  .split(' ')
  .concat(' ', '\n', '\t', '\u0000', '\u200B');

/** Valid values, to be spoilt a little. */
const SEEDS = {
  nap: ['30m', '1h30m', '90s', '1.5h', '1000ms', '8760h'],
  'auth0.domain': ['acme.eu.auth0.com', '127.0.0.1:8443', 'localhost:65535', 'a.b1'],
  'auth0.tokenEndpoint': ['https://acme.eu.auth0.com/oauth/token', 'https://1.2.3.4:1/a?b=c'],
  'auth0.credentialsSecretRef.name': ['auth0-credentials', 'a.b', '0'],
  'limits.deletions': ['5%', '100%', '0%'],
} as const;

/** A value with up to three characters put in, taken out or replaced. */
function spoilt(value: string): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(value.length), fc.nat(1), fc.constantFrom('', ...ALPHABET));
  return fc
    .array(edit, { minLength: 1, maxLength: 3 })
    .map((edits) =>
      edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), value),
    );
}

describe('the API server and the parser', () => {
  let bench: ResourceBench;

  before(async function () {
    this.timeout(60_000);
    bench = await openResourceBench('agreement');
  });

  async function isAccepted(spec: unknown): Promise<boolean> {
    const answer = await bench.request('POST', '?dryRun=All', manifestOf('agreement', spec));
    expect(answer.status).to.be.oneOf([201, 422]);
    return answer.status === 201;
  }

  for (const [path, values] of Object.entries(SEEDS)) {
    it(`judge ${path} alike, whatever stands there`, async function () {
      this.timeout(60_000);
      const value = fc.oneof(...values.map((valid) => spoilt(valid)));
      const examples = new Set(fc.sample(value, { seed: SEED, numRuns: EXAMPLES }));
      const specs = [...examples].map((text) => specWith(path, text));
      let accepted = 0;
      while (specs.length > 0) {
        await Promise.all(
          specs.splice(0, BATCH).map(async (spec) => {
            const { success } = InstitutionSyncSpec.safeParse(spec);
            expect(await isAccepted(spec), JSON.stringify(spec)).to.equal(success);
            if (success) accepted += 1;
          }),
        );
      }
      // Neither all nor none: the examples lie on both sides of the border.
      expect(accepted).to.be.within(1, examples.size - 1);
    });
  }
});
