import { expect } from 'chai';
import fc from 'fast-check';
import { Fault } from '../../../src/api/fault.ts';
import {
  answerError,
  errorText,
  refusesToken,
  unreachable,
  type Target,
} from '../../../src/auth0/classify.ts';
import { Incomplete, type Answer } from '../../../src/auth0/exchange.ts';
import { Refusal } from '../../../src/auth0/refusal.ts';
import { Transient } from '../../../src/auth0/retry.ts';

function answer(status: number, body: unknown = {}): Answer {
  return { status, headers: new Headers(), body, readable: body !== undefined };
}

function classOf(concerns: Target['concerns'], status: number, body?: unknown): string {
  const error = answerError({ domain: 'd', concerns }, answer(status, body));
  if (error instanceof Transient) return `transient ${error.fault.reason}`;
  return error instanceof Fault ? error.reason : error.constructor.name;
}

const LIMIT = {
  message: 'You reached the limit of entities of this type for this tenant.',
  errorCode: 'too_many_entities',
};
const SCOPE = {
  message: 'Insufficient scope, expected any of: create:organizations',
  errorCode: 'insufficient_scope',
};

const TABLE: readonly (readonly [number, unknown, string, string, string])[] = [
  // status, body: what it is for the tenant, for an organization, for a creation
  [302, undefined, 'TargetUnavailable', 'TargetUnavailable', 'TargetUnavailable'],
  [304, undefined, 'TargetUnavailable', 'TargetUnavailable', 'TargetUnavailable'],
  [400, { message: 'bad' }, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [403, undefined, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [403, { message: 'No.' }, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [403, SCOPE, 'InsufficientScope', 'InsufficientScope', 'InsufficientScope'],
  [403, { message: SCOPE.message }, 'InsufficientScope', 'InsufficientScope', 'InsufficientScope'],
  [403, { errorCode: 'insufficient_scope' }, ...same('InsufficientScope')],
  [403, LIMIT, 'TargetUnavailable', 'Refusal', 'CapacityExceeded'],
  [400, LIMIT, 'TargetUnavailable', 'Refusal', 'CapacityExceeded'],
  [402, { errorCode: 'too_many_entities' }, 'TargetUnavailable', 'Refusal', 'CapacityExceeded'],
  [403, { message: LIMIT.message }, 'TargetUnavailable', 'Refusal', 'CapacityExceeded'],
  [403, { message: 'Maximum reached' }, 'TargetUnavailable', 'Refusal', 'CapacityExceeded'],
  [400, { message: 'the limit is 255 characters' }, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [404, { message: 'x' }, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [409, { message: 'x' }, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [413, {}, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [451, {}, 'TargetUnavailable', 'Refusal', 'Refusal'],
  [408, {}, ...same('transient TargetUnavailable')],
  [500, SCOPE, ...same('transient TargetUnavailable')],
  [503, undefined, ...same('transient TargetUnavailable')],
  [599, {}, ...same('transient TargetUnavailable')],
];

function same(what: string): [string, string, string] {
  return [what, what, what];
}

describe('auth0: what an error answer means', () => {
  for (const [status, body, tenant, organization, creation] of TABLE) {
    it(`${status} ${JSON.stringify(body) ?? 'unreadable'}`, () => {
      expect(classOf('tenant', status, body)).to.equal(tenant);
      expect(classOf('organization', status, body)).to.equal(organization);
      expect(classOf('creation', status, body)).to.equal(creation);
    });
  }

  it('is told with the status, and in sentences', () => {
    const full = answerError({ domain: 'd', concerns: 'creation' }, answer(403, LIMIT));
    expect(full).to.include({ statusCode: 403 });
    expect(full.message).to.equal(
      "Auth0 (d) takes no further organizations: You reached the limit of entities of this type for this tenant. Ask Auth0 to raise the tenant's limit, or remove organizations that are not needed.",
    );
    const refused = answerError({ domain: 'd', concerns: 'organization' }, answer(400, {}));
    expect(refused).to.be.instanceOf(Refusal).and.to.include({ statusCode: 400 });
    expect(refused.message).to.equal('no explanation');
  });

  it('400 with the code Bearer is a refused token, as is 401', () => {
    const bearer = { statusCode: 400, message: 'Bad HTTP authentication', errorCode: 'Bearer' };
    expect(refusesToken(answer(400, bearer))).to.equal(true);
    expect(refusesToken(answer(401, undefined))).to.equal(true);
    expect(refusesToken(answer(400, { errorCode: 'invalid_body' }))).to.equal(false);
    expect(refusesToken(answer(400, 'Bearer'))).to.equal(false);
    expect(refusesToken(answer(403, bearer))).to.equal(false);
  });
});

describe('auth0: the text of an error answer', () => {
  const TEXTS: readonly (readonly [unknown, string])[] = [
    [{ message: 'm', error: 'e', error_description: 'd' }, 'm'],
    [{ error: 'e', error_description: 'd' }, 'd'],
    [{ error: 'e' }, 'e'],
    [{ message: 5, error: 'e' }, 'e'],
    [{ message: 'a\r\n\tb\u0000c' }, 'a b c'],
    [undefined, 'no explanation'],
    [null, 'no explanation'],
    [[], 'no explanation'],
    ['text', 'no explanation'],
    [{ message: 'token eyJhbGciOi.eyJzdWIi.c2ln-_ refused' }, 'token [hidden] refused'],
    [{ message: 'half eyJhbGciOi.eyJzdWIi' }, 'half [hidden]'],
    [{ message: 'secret s3cr3t and s3cr3t' }, 'secret [hidden] and [hidden]'],
  ];
  for (const [body, text] of TEXTS) {
    it(`${JSON.stringify(body)} is ${JSON.stringify(text)}`, () => {
      expect(errorText(answer(400, body), ['s3cr3t'])).to.equal(text);
    });
  }

  it('is bounded, well-formed and in one line, whatever the body', () => {
    const body = fc.oneof(
      fc.anything(),
      fc.record({ message: fc.string({ unit: 'binary', maxLength: 400, size: 'max' }) }),
      fc.constant({ message: `${'x'.repeat(299)}😀` }),
    );
    fc.assert(
      fc.property(body, (each) => {
        const text = errorText(answer(400, each));
        expect(text).to.have.length.within(1, 300);
        expect(text.isWellFormed()).to.equal(true);
        expect(text).not.to.match(/\p{Cc}/u);
      }),
      { seed: 11 },
    );
  });
});

describe('auth0: why there is no answer', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
  });
  const CAUSES: readonly (readonly [unknown, string])[] = [
    [refused, 'ECONNREFUSED'],
    [new TypeError('fetch failed', { cause: refused }), 'ECONNREFUSED'],
    [new Incomplete('no complete answer in time'), 'no complete answer in time'],
    [
      new Error('x', { cause: new Incomplete('the answer is too large') }),
      'the answer is too large',
    ],
    [new TypeError('"Bearer abc" is an invalid header value'), 'unknown network error'],
    [new DOMException('aborted', 'AbortError'), 'unknown network error'],
    ['text', 'unknown network error'],
    [undefined, 'unknown network error'],
  ];
  for (const [error, cause] of CAUSES) {
    it(`${String(error)}: ${cause}`, () => {
      const passing = unreachable({ domain: 'd' }, error);
      if (!(passing instanceof Transient)) throw new Error('it is retried');
      const { fault, throttledMs } = passing;
      expect(fault).to.include({ reason: 'TargetUnavailable', cause: error });
      expect(fault.message).to.contain(`(d): ${cause}. The next sync`);
      expect(throttledMs).to.equal(undefined);
    });
  }

  it('a certificate that is not trusted is no passing failure', () => {
    for (const code of ['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']) {
      const cause = Object.assign(new Error('x'), { code });
      expect(unreachable({ domain: 'd' }, new TypeError('fetch failed', { cause })))
        .to.be.instanceOf(Fault)
        .with.property(
          'message',
          `The certificate of Auth0 (d) is not trusted (${code}). Check auth0.domain, or give your own CA in NODE_EXTRA_CA_CERTS.`,
        );
    }
  });

  it('reads an explanation of megabytes once, however it is made', () => {
    const body = { message: '-eyJ'.repeat(1_000_000) };
    expect(errorText(answer(400, body))).to.have.length(300);
  });

  it('shows nothing of an explanation that would turn the direction of a line', () => {
    expect(errorText(answer(400, { message: 'a\u202eb\u2028c' }))).to.equal('a b c');
    expect(errorText(answer(400, { message: '\u0001\n' }))).to.equal('no explanation');
  });
});
