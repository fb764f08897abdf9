import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readManifest } from '../../../src/cli/plan/read-manifest.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

const OBJECT = `apiVersion: sync.timeshighereducation.com/v1alpha1
kind: InstitutionSync
metadata: { name: one, namespace: prod }
spec:
  auth0:
    domain: acme.eu.auth0.com
    credentialsSecretRef: { name: auth0-credentials }
`;
const SECRET = `apiVersion: v1
kind: Secret
metadata: { name: auth0-credentials }
data: { AUTH0_CLIENT_ID: ${Buffer.from('the-id').toString('base64')} }
stringData: { AUTH0_CLIENT_SECRET: the-secret }
`;

describe('a manifest file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function read(content: string, name?: string) {
    const file = join(folder, 'manifest.yaml');
    writeFileSync(file, content);
    return readManifest(file, name);
  }

  it('holds an object, with the defaults of the resource', () => {
    const { object, secretKeys } = read(OBJECT);
    expect(object.metadata).to.deep.equal({ name: 'one', namespace: 'prod' });
    expect(object.spec.organizations.prune).to.equal(true);
    expect(secretKeys).to.equal(undefined);
  });

  it('may hold its Secret too', () => {
    const { secretKeys } = read(`${SECRET}---\n${OBJECT}`);
    expect(secretKeys).to.deep.equal({
      AUTH0_CLIENT_ID: 'the-id',
      AUTH0_CLIENT_SECRET: 'the-secret',
    });
  });

  it('may be JSON, or a List', () => {
    expect(read(JSON.stringify({ kind: 'List', items: [yaml()] })).object.metadata.name).to.equal(
      'one',
    );
    function yaml(): unknown {
      return {
        ...read(OBJECT).object,
      };
    }
  });

  it('may hold several objects, of which one is named', () => {
    const two = `${OBJECT}---\n${OBJECT.replace('name: one', 'name: two')}`;
    expect(read(two, 'two').object.metadata.name).to.equal('two');
    expect(() => read(two)).to.throw(UsageError, /holds one, two\. Name one of them/);
    expect(() => read(two, 'three')).to.throw(UsageError, /holds one, two\. Name one of them/);
  });

  const refused: readonly [what: string, content: string, message: RegExp][] = [
    ['no YAML', 'secret: [hidden-1', /^-f: ".*" is no YAML: line \d+, \w+\. Correct it\.$/],
    ['nothing of ours', SECRET, /holds no InstitutionSync/],
    ['an empty file', '', /holds no InstitutionSync/],
    [
      'a wrong spec',
      OBJECT.replace('acme.eu.auth0.com', 'https://hidden-2/'),
      /cannot work: spec\.auth0\.domain: must be a host/,
    ],
    ['another version', OBJECT.replace('v1alpha1', 'v9'), /cannot work: apiVersion: /],
    [
      'a Secret that is not base64',
      `${OBJECT}---\n${SECRET.replace(/ID: \S+/, 'ID: "hidden-3!"')}`,
      /the Secret "auth0-credentials" cannot be read/,
    ],
  ];
  for (const [what, content, message] of refused) {
    it(`refuses ${what}, without a piece of the file`, () => {
      expect(() => read(content))
        .to.throw(UsageError, message)
        .with.property('message')
        .that.does.not.match(/hidden|\n/);
    });
  }

  it('refuses a file that is not there', () => {
    expect(() => readManifest(join(folder, 'nowhere'), undefined)).to.throw(
      UsageError,
      /^-f: ".*nowhere" cannot be read \(ENOENT\)\. Give the path of a manifest/,
    );
  });

  for (const [what, content] of [
    ['an alias of nothing', `${OBJECT}x: *the-secret\n`],
    ['nesting without end', '['.repeat(5_000)],
    ['an alias of far too much', laughs()],
  ] as const) {
    it(`is refused with ${what}, in words that show nothing of it`, () => {
      expect(() => read(content))
        .to.throw(UsageError, 'is no YAML')
        .with.property('message')
        .that.does.not.contain('the-secret');
    });
  }
});

/** Nine lists, each of nine aliases of the one before: 9^9 items. */
function laughs(): string {
  const lines = Array.from({ length: 9 }, (_, i) => {
    const items = Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*a${i - 1}`));
    return `a${i}: &a${i} [${items.join()}]\n`;
  });
  return lines.join('');
}
