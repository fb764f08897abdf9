import { expect } from 'chai';
import {
  answerError,
  isConflict,
  isExpired,
  isNotFound,
  networkError,
  watchEventError,
} from '../../../src/kubernetes/kubernetes-error.ts';

function status(code: number, reason: string, more: object = {}): string {
  return JSON.stringify({ kind: 'Status', code, reason, message: `about ${reason}`, ...more });
}

describe('KubernetesError', () => {
  it('takes reason and message from the body', () => {
    const error = answerError('list secrets', 403, status(403, 'Forbidden'), Number.NaN);
    expect(error).to.include({ statusCode: 403, reason: 'Forbidden', transient: false });
    expect(error.message).to.equal(
      'The Kubernetes API server refused to list secrets: about Forbidden',
    );
  });

  for (const code of [408, 429, 500, 502, 503, 504]) {
    it(`counts ${code} as transient`, () => {
      expect(answerError('x', code, '', Number.NaN).transient).to.equal(true);
    });
  }

  for (const code of [400, 401, 403, 404, 405, 409, 410, 413, 422]) {
    it(`counts ${code} as lasting`, () => {
      expect(answerError('x', code, '', Number.NaN).transient).to.equal(false);
    });
  }

  for (const body of ['', 'nonsense', '[]', 'null', '"text"', '{"reason":7,"details":"x"}']) {
    it(`makes do with the body ${JSON.stringify(body)}`, () => {
      const error = answerError('list secrets', 500, body, Number.NaN);
      expect(error).to.include({ statusCode: 500, reason: 'Status500', retryAfterMs: undefined });
      expect(error.message).to.contain('HTTP status 500');
    });
  }

  it('tells a missing object from a resource that the server does not know', () => {
    const object = status(404, 'NotFound', { details: { name: 'a', kind: 'secrets' } });
    expect(isNotFound(answerError('read secrets', 404, object, Number.NaN))).to.equal(true);
    for (const body of ['404 page not found\n', status(404, 'NotFound', { details: {} })]) {
      const error = answerError('read secrets', 404, body, Number.NaN);
      expect(isNotFound(error)).to.equal(false);
      expect(error.reason).to.equal('UnknownResource');
      expect(error.message).to.contain('CustomResourceDefinition');
    }
  });

  it('knows the two kinds of 409, which both mean that another was faster, and 410', () => {
    const conflict = answerError('patch x', 409, status(409, 'Conflict'), Number.NaN);
    const exists = answerError('create x', 409, status(409, 'AlreadyExists'), Number.NaN);
    expect([isConflict(conflict), isConflict(exists)]).to.deep.equal([true, true]);
    expect(isExpired(answerError('list x', 410, status(410, 'Expired'), Number.NaN))).to.equal(
      true,
    );
    expect(isExpired(watchEventError('watch x', { code: 410, reason: 'Gone' }))).to.equal(true);
    expect(isExpired(new Error('410'))).to.equal(false);
  });

  it('reads how long to wait from the body, else from the header', () => {
    const body = status(429, 'TooManyRequests', { details: { retryAfterSeconds: 2 } });
    expect(answerError('x', 429, body, 9).retryAfterMs).to.equal(2000);
    expect(answerError('x', 429, '', 9).retryAfterMs).to.equal(9000);
    expect(answerError('x', 429, '', Number.NaN).retryAfterMs).to.equal(undefined);
  });

  it('counts an ERROR event without a code as a fault of the server', () => {
    expect(watchEventError('watch x', 'odd')).to.include({ statusCode: 500, transient: true });
  });

  it('names the network fault, also when it lies deeper', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const wrapped = new TypeError('fetch failed', { cause: refused });
    for (const cause of [refused, wrapped]) {
      const error = networkError('https://10.0.0.1', cause);
      expect(error).to.include({ reason: 'ECONNREFUSED', statusCode: undefined, transient: true });
      expect(error.message).to.contain('https://10.0.0.1 cannot be reached (ECONNREFUSED)');
    }
    expect(networkError('https://10.0.0.1', 'odd').reason).to.equal('unknown error');
  });

  it('is bounded, printable and with a wait that ends, whatever the server says', () => {
    const body = { reason: 'not\na word', message: `\u001b[2J${'x'.repeat(5_000)}`, details: {} };
    const error = answerError('list secrets', 429, JSON.stringify(body), Infinity);
    expect(error.reason).to.equal('Status429');
    expect(error.message)
      .to.have.length(1_000)
      .and.not.match(/\p{Cc}/u);
    expect(error.retryAfterMs).to.equal(86_400_000);
  });
});
