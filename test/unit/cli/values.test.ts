import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readValues } from '../../../src/cli/settings/values.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

describe('values of flags', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'values-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  it('takes the flag before the environment, and the environment before a file', () => {
    const path = file('.env', 'NAP=3000\nMINIMUM=30\nADOPT=false\n');
    const values = readValues({ NAP: '1000' }, { NAP: '2000', MINIMUM: '20' }, [path]);
    expect(values.get('NAP')).to.deep.equal({ text: '1000', layer: 'flag', where: '--NAP' });
    expect(values.get('MINIMUM')).to.deep.equal({
      text: '20',
      layer: 'environment',
      where: 'MINIMUM (environment)',
    });
    expect(values.get('ADOPT')).to.deep.equal({
      text: 'false',
      layer: 'file',
      where: `ADOPT (${path})`,
    });
  });

  it('takes a later file before an earlier one', () => {
    const files = [file('first', 'NAP=1000\nMINIMUM=1\n'), file('second', 'NAP=2000\n')];
    const values = readValues({}, {}, files);
    expect(values.get('NAP')?.text).to.equal('2000');
    expect(values.get('MINIMUM')?.text).to.equal('1');
  });

  it('knows a value of a file again that Node has put into the environment', () => {
    const path = file('read-by-node', 'AUTH0_ACCESS_TOKEN=abc\n');
    const values = readValues({}, { AUTH0_ACCESS_TOKEN: 'abc' }, [path]);
    expect(values.get('AUTH0_ACCESS_TOKEN')?.layer).to.equal('file');
  });

  it('takes an empty variable for none, in the environment and in a file', () => {
    const path = file('empty', 'NAP=\nMINIMUM=5\n');
    const values = readValues({}, { NAP: '', MINIMUM: '  ' }, [path]);
    expect(values.has('NAP')).to.equal(false);
    expect(values.get('MINIMUM')?.layer).to.equal('file');
  });

  it('reads quoted values of several lines, comments and a byte order mark', () => {
    const path = file(
      'quoted',
      '\u{feff}# mine\nexport AUTH0_CLIENT_PRIVATE_KEY="one\ntwo"\nMINIMUM=5 # at least\n',
    );
    const values = readValues({}, {}, [path]);
    expect(values.get('AUTH0_CLIENT_PRIVATE_KEY')?.text).to.equal('one\ntwo');
    expect(values.get('MINIMUM')?.text).to.equal('5');
  });

  it('joins a flag that is given several times', () => {
    const values = readValues({ CONNECTION_NAME: ['one', 'two,three'] }, {}, []);
    expect(values.get('CONNECTION_NAME')?.text).to.equal('one,two,three');
  });

  it('refuses an empty flag and names it', () => {
    expect(() => readValues({ AUTH0_DOMAIN: ' ' }, {}, [])).to.throw(
      UsageError,
      '--AUTH0_DOMAIN is empty. Give a value, or leave the flag out.',
    );
  });

  for (const [what, path] of [
    ['a file that is not there', 'nowhere'],
    ['a folder', '.'],
  ] as const) {
    it(`refuses ${what}, naming --env-file and the path`, () => {
      const whole = join(folder, path);
      expect(() => readValues({}, {}, [whole]))
        .to.throw(UsageError)
        .with.property('message')
        .that.matches(/^--env-file: ".*" cannot be read \((ENOENT|EISDIR)\)\. Give the path/);
    });
  }
});
