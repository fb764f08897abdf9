import { expect } from 'chai';
import { readOptions } from '../../../scripts/demo/options.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

describe('the options of the demo', () => {
  it('have defaults for a first look', () => {
    expect(readOptions([])).to.deep.equal({
      institutions: 600,
      keep: false,
      fast: false,
      timeScale: 10,
    });
  });

  it('speed up the limits for more institutions, as far as a laptop goes', () => {
    const scaleOf = (count: number) => readOptions(['--institutions', `${count}`])?.timeScale;
    expect([10, 600, 1_200, 3_000, 13_229].map(scaleOf)).to.deep.equal([10, 10, 20, 50, 60]);
  });

  it('ask for help with nothing else', () => {
    expect(readOptions(['--help'])).to.equal(undefined);
  });

  for (const [args, message] of [
    [['--institutions', '9'], '--institutions 9: give a whole number from 10 to 100000'],
    [['--institutions', '1e3'], '--institutions 1e3: give a whole number from 10 to 100000'],
    [['--institution', '50'], "Unknown option '--institution'. See: npm run demo -- --help"],
  ] as const) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => readOptions(args)).to.throw(UsageError, message);
    });
  }
});
