import { expect } from 'chai';
import * as fc from 'fast-check';
import { createSecrets, HIDDEN } from '../../../src/telemetry/secrets.ts';

const SECRET = 'kS8+/v2$Q&x=é"9\\z';
const PEM = `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7
VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu
-----END PRIVATE KEY-----
`;

describe('createSecrets', () => {
  it('leaves ordinary text alone', () => {
    const text =
      'No connection to https://api.example/x?y=1 (ECONNRESET). Basic settings, bearer of news.';
    expect(createSecrets().redact(text)).to.equal(text);
  });

  const forms: readonly (readonly [string, string])[] = [
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ x: SECRET })],
    ['in a URL', `https://x/?s=${encodeURIComponent(SECRET)}`],
    ['in a form', new URLSearchParams({ s: SECRET }).toString()],
    ['in base64, as Kubernetes has it', Buffer.from(SECRET).toString('base64')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['twice', `${SECRET}${SECRET}`],
  ];
  for (const [what, text] of forms) {
    it(`hides a secret ${what}`, () => {
      const secrets = createSecrets();
      secrets.hide(SECRET);
      const shown = secrets.redact(`before ${text} after`);
      expect(shown).to.match(/^before .*\*\*\*.* after$/);
      for (const [, form] of forms) expect(shown).to.not.include(form);
      expect(shown).to.not.include('kS8').and.to.not.include('9\\z');
    });
  }

  it('hides each line of a private key', () => {
    const secrets = createSecrets();
    secrets.hide(PEM);
    const line = 'VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu';
    expect(secrets.redact(`key: ${PEM}`)).to.equal(`key: ${HIDDEN}`);
    expect(secrets.redact(`bad line ${line}.`)).to.equal(`bad line ${HIDDEN}.`);
    expect(secrets.redact(JSON.stringify(PEM))).to.not.include('MIIEv');
  });

  it('hides a secret with or without the white space around it', () => {
    const secrets = createSecrets();
    secrets.hide('abcdefgh\n');
    expect(secrets.redact('x abcdefgh y')).to.equal('x *** y');
  });

  it('hides the longer of two secrets that begin alike', () => {
    const secrets = createSecrets();
    secrets.hide('abcdef');
    secrets.hide('abcdefghij');
    expect(secrets.redact('abcdefghij abcdef')).to.equal('*** ***');
  });

  it('shows a secret again only when all who hid it let go', () => {
    const secrets = createSecrets();
    const [one, other] = [secrets.hide('abcdefgh'), secrets.hide('abcdefgh')];
    one();
    one();
    expect(secrets.redact('abcdefgh')).to.equal(HIDDEN);
    other();
    expect(secrets.redact('abcdefgh')).to.equal('abcdefgh');
  });

  it('takes no notice of nothing, nor of what is too short to tell', () => {
    const secrets = createSecrets();
    for (const short of ['', ' ', 'abc']) secrets.hide(short);
    expect(secrets.redact('abc')).to.equal('abc');
  });

  const looks: readonly (readonly [string, string, string])[] = [
    ['a JSON Web Token', 'token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl.', 'token ***.'],
    ['an encrypted token', 'eyJhbGciOiJkaXIi.a.b.c.d', HIDDEN],
    ['a bearer token', 'Authorization: Bearer abcdefghijklmnop1234', 'Authorization: Bearer ***'],
    ['basic credentials', 'authorization: basic dXNlcjpwYXNzd29yZA==', 'authorization: basic ***'],
    ['a private key', `bad key ${PEM}!`, 'bad key ***\n!'],
    ['a private key that is cut off', PEM.slice(0, 60), HIDDEN],
    ['an RSA key', '-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----', HIDDEN],
    [
      'credentials of a URL',
      'proxy http://user:p%40ss@proxy:8080/ refused',
      'proxy http://***@proxy:8080/ refused',
    ],
    [
      'a field of a form',
      'grant_type=x&client_secret=abc123&audience=y',
      'grant_type=x&client_secret=***&audience=y',
    ],
    ['a field of JSON', '{"client_secret": "abc123","a":1}', '{"client_secret": "***","a":1}'],
    ['a flag', '--AUTH0_CLIENT_SECRET=abc123 --NAP=1', '--AUTH0_CLIENT_SECRET=*** --NAP=1'],
  ];
  for (const [what, text, shown] of looks) {
    it(`hides ${what} that nobody registered`, () => {
      expect(createSecrets().redact(text)).to.equal(shown);
    });
  }

  it('does not hide the names of secrets', () => {
    const text = 'The key AUTH0_CLIENT_SECRET: it is empty. AUTH0_ACCESS_TOKEN_ENDPOINT=https://x/';
    expect(createSecrets().redact(text)).to.equal(text);
  });

  it('takes time that grows with the text, not with its square', () => {
    const secrets = createSecrets();
    secrets.hide('abcdefgh');
    const started = performance.now();
    for (const piece of [
      'eyJ',
      'eyJaaaaaaaaa.',
      '://',
      '://a:',
      '-----BEGIN PRIVATE KEY-----',
      'Bearer ',
      'client_secret',
      'abcdefg',
      '=',
    ]) {
      secrets.redact(piece.repeat(200_000));
    }
    expect(performance.now() - started).to.be.below(5_000);
  });

  // Few characters, so that secrets, what stands around them and what replaces them run into each other.
  it('never shows a registered secret, whatever stands around it', () => {
    const few = fc.string({ unit: fc.constantFrom('*', 'a', '"', ' '), maxLength: 6 });
    const clashing = fc.oneof(few, fc.string({ unit: fc.constantFrom('*', 'a'), maxLength: 6 }));
    const secret = fc.oneof(
      { weight: 4, arbitrary: clashing },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
      { weight: 1, arbitrary: fc.constantFrom('Bearer ***', 'Bearer aaaaaaaaaaaaaaaa') },
    );
    const around = fc.oneof(clashing, fc.constantFrom('Bearer aaaaaaaaaaaaaaaaa', '://a:a@'));
    const hidden = fc.array(secret, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(hidden, around, around, (values, a, b) => {
        const secrets = createSecrets();
        for (const value of values) secrets.hide(value);
        for (const value of values.filter((each) => each.trim().length >= 4)) {
          const inJson = JSON.stringify(value).slice(1, -1);
          const inUrl = encodeURIComponent(value.toWellFormed());
          for (const [form, text] of [
            [value, a + values.join(b) + a],
            [inJson, `{"${a}":"${inJson}${b}"}`],
            [inUrl, a + inUrl + b],
          ] as const) {
            const shown = secrets.redact(text);
            if (shown.includes(form)) expect.fail(`${JSON.stringify(text)} shows ${form}`);
          }
        }
      }),
      { seed: 20260808, numRuns: 300 },
    );
  });

  it('hides a secret of a megabyte, too long for a pattern', () => {
    const secrets = createSecrets();
    const long = 'a long secret '.repeat(75_000);
    const undo = secrets.hide(long);
    secrets.hide('a short one');
    expect(secrets.redact(`x ${long} a short one`)).to.equal(`x ${HIDDEN} ${HIDDEN}`);
    expect(secrets.redact('an ordinary text')).to.equal('an ordinary text');
    undo();
    expect(secrets.redact(`x ${long}`)).to.equal(`x ${long}`);
  });
});
