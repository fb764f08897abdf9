import { AxiosError, AxiosHeaders } from 'axios';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import { redact, shownWhole } from '../../../src/telemetry/redact.ts';
import { createSecrets } from '../../../src/telemetry/secrets.ts';
import { serializeError } from '../../../src/telemetry/serialize-error.ts';

const SECRET = 'abcdefgh-12345678';

/** What a log shows while SECRET is hidden. */
function shown(value: unknown): unknown {
  const secrets = createSecrets();
  secrets.hide(SECRET);
  return redact(value, secrets);
}

function nested(depth: number): unknown {
  return depth === 0 ? 'core' : { deeper: nested(depth - 1) };
}

describe('redact', () => {
  const secretNames = [
    'authorization',
    'Authorization',
    'proxy-authorization',
    'client_secret',
    'clientSecret',
    'AUTH0_CLIENT_SECRET',
    'access_token',
    'AUTH0_ACCESS_TOKEN',
    'refresh_token',
    'id_token',
    'private_key',
    'AUTH0_CLIENT_PRIVATE_KEY',
    'client_assertion',
    'password',
    'db.password',
    'passphrase',
    'set-cookie',
    'cookie',
    'x-api-key',
    'token',
    'secret',
  ];
  for (const name of secretNames) {
    it(`hides what stands under ${name}, at any depth`, () => {
      for (const value of ['hidden', 12_345, ['hidden'], { a: 'hidden' }, true]) {
        expect(shown({ a: [{ [name]: value }] })).to.deep.equal({ a: [{ [name]: '***' }] });
      }
    });
  }

  const plainNames = [
    'secretName',
    'credentialsSecretRef',
    'AUTH0_ACCESS_TOKEN_ENDPOINT',
    'tokenEndpoint',
    'AUTH0_CLIENT_ID',
    'key',
    'tokens',
    'nextToken',
  ];
  for (const name of plainNames) {
    it(`shows what stands under ${name}`, () => {
      expect(shown({ [name]: 'shown' })).to.deep.equal({ [name]: 'shown' });
    });
  }

  it('leaves an absent secret absent, so that a log tells that it is', () => {
    expect(shown({ password: undefined, token: null })).to.deep.equal({ token: null });
  });

  it('hides a registered secret in values, names, numbers and URLs', () => {
    expect(shown({ a: `x${SECRET}`, [SECRET]: 1 })).to.deep.equal({ a: 'x***', '***': 1 });
    expect(shown(new URL(`https://x/?q=${SECRET}`))).to.equal('https://x/?q=***');
    expect(shown(new Map([[SECRET, SECRET]]))).to.deep.equal({ '***': '***' });
    expect(shown(new Set([SECRET]))).to.deep.equal(['***']);
    const secrets = createSecrets();
    secrets.hide('123456');
    expect(redact([123456, 1234567n, 12345], secrets)).to.deep.equal(['***', '***7', 12345]);
  });

  it('hides before it cuts, so that no part of a secret is left', () => {
    const text = `${'x'.repeat(4_090)}${SECRET}`;
    expect(shown(text)).to.equal(`${'x'.repeat(4_090)}***`);
    expect(shown('y'.repeat(5_000))).to.equal(`${'y'.repeat(4_096)}…`);
  });

  const values: readonly (readonly [string, unknown, unknown])[] = [
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a date that is none', new Date(Number.NaN), null],
    ['bytes', Buffer.from('hidden'), '6 bytes'],
    ['no number', Number.NaN, 'NaN'],
    ['a large number', 10n ** 20n, '100000000000000000000'],
    ['nothing', undefined, null],
    ['null', null, null],
    ['functions and symbols', { f: () => 1, s: Symbol('x'), a: 1 }, { a: 1 }],
    ['holes', [1, undefined, 2], [1, null, 2]],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['an object that makes its own JSON', { toJSON: () => 'x', a: 1 }, { a: 1 }],
  ];
  for (const [what, value, expected] of values) {
    it(`shows ${what}`, () => expect(shown(value)).to.deep.equal(expected));
  }

  it('shows a cycle once, and the same value in two places twice', () => {
    const one: Record<string, unknown> = { a: 1 };
    one['self'] = one;
    expect(shown(one)).to.deep.equal({ a: 1, self: 'the same again' });
    const same = { a: 1 };
    expect(shown([same, same])).to.deep.equal([same, same]);
  });

  it('bounds depth, entries and the number of values', () => {
    expect(JSON.stringify(shown(nested(10))))
      .to.include('…')
      .and.to.not.include('core');
    const long = shown(Array.from({ length: 60 }, (_, i) => i));
    expect(long).to.have.length(51).and.to.include('…');
    const wide = shown(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, i])));
    expect(wide).to.include({ '…': 10, k49: 49 }).and.to.not.have.property('k50');
    const many = Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => 'x'.repeat(50)));
    expect(JSON.stringify(shown(many)).length).to.be.below(60_000);
  });

  it('survives values that throw', () => {
    const trap = {
      get a(): never {
        throw new Error('trap');
      },
    };
    expect(shown({ trap, b: 1 })).to.deep.equal({ trap: 'unreadable', b: 1 });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(shown({ proxy })).to.deep.equal({ proxy: 'unreadable' });
  });

  it('never shows a registered secret, and always makes JSON', () => {
    const leaf = fc.oneof(
      fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true }),
      fc.constant(SECRET),
    );
    const value = fc.oneof(
      leaf,
      fc.dictionary(fc.oneof(fc.string(), fc.constant(SECRET)), leaf),
      fc.array(leaf).map((list) => new Error(`failed: ${SECRET}`, { cause: list })),
      fc
        .string()
        .map((text) => Object.assign(new Error(text + SECRET), { code: SECRET, reason: SECRET })),
    );
    fc.assert(
      fc.property(value, (any) => {
        const json = JSON.stringify(shown(any));
        expect(json).to.be.a('string').and.to.not.include(SECRET);
      }),
      { seed: 20260809, numRuns: 1000 },
    );
  });
});

describe('shownWhole', () => {
  it('hides nothing but known secrets, and bounds nothing', () => {
    const body = {
      password: 'hint',
      token: { of: 'the library' },
      url: 'https://a.example/?password=a',
      keys: Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`key ${index}`, 'x'])),
      list: Array.from({ length: 80 }, () => 'y'.repeat(5_000)),
      deep: nested(9),
    };
    expect(shown({ before: shownWhole(body) })).to.deep.equal({ before: body });
    expect(shown(shownWhole({ [SECRET]: [`a ${SECRET} b`] }))).to.deep.equal({
      '***': ['a *** b'],
    });
  });

  it('speaks of the marked object alone', () => {
    const whole = shownWhole({ password: 'hint' });
    expect(shown([whole, { password: 'hint', again: whole }])).to.deep.equal([
      whole,
      { password: '***', again: whole },
    ]);
  });
});

describe('serializeError', () => {
  it('tells a classified error without its stack', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const fault = new Fault('SourceUnavailable', 'No connection.', { statusCode: 503, cause });
    expect(serializeError(fault)).to.deep.equal({
      name: 'Fault',
      message: 'No connection.',
      reason: 'SourceUnavailable',
      statusCode: 503,
      cause: { name: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
  });

  it('tells the stack of an error that nobody classified', () => {
    const error = serializeError(new TypeError('x is not a function'));
    expect(error).to.include({ name: 'TypeError', message: 'x is not a function' });
    expect(error.stack).to.include('redact.test.ts');
  });

  it("tells nothing of a request's configuration, headers or body", () => {
    const config = {
      headers: new AxiosHeaders({ Authorization: 'Bearer hidden' }),
      data: 'hidden',
    };
    const error = new AxiosError('Request failed', 'ERR_BAD_RESPONSE', config, { hidden: true });
    error.status = 500;
    const told = JSON.stringify(serializeError(error));
    expect(told).to.not.include('hidden');
    expect(JSON.parse(told)).to.deep.equal({
      name: 'AxiosError',
      message: 'Request failed',
      statusCode: 500,
      code: 'ERR_BAD_RESPONSE',
    });
  });

  it('tells causes of causes, up to a bound, also when they go round', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(serializeError(error)).match(/round/g)).to.have.length.within(5, 6);
  });

  it('tells the errors of an AggregateError, up to a bound', () => {
    const errors = Array.from({ length: 9 }, (_, i) => new Error(`no ${i}`));
    expect(serializeError(new AggregateError(errors, 'all failed')).errors).to.have.length(5);
  });

  it('takes whatever is thrown', () => {
    expect(serializeError('text')).to.deep.equal({ name: 'string', message: 'text' });
    expect(serializeError(undefined)).to.deep.equal({ name: 'undefined', message: 'undefined' });
    expect(serializeError(Object.create(null))).to.have.property('name', 'object');
    const trap = new Error('x');
    Object.defineProperty(trap, 'message', {
      get() {
        throw new Error('trap');
      },
    });
    expect(serializeError(trap)).to.have.property('message');
  });
});
