import { expect } from 'chai';
import fc from 'fast-check';
import { codeLabel } from '../../../src/telemetry/code-label.ts';

describe('codeLabel', () => {
  for (const [code, label] of [
    [200, '200'],
    ['304', '304'],
    [429, '429'],
    [511, '511'],
    [299, '2xx'],
    ['599', '5xx'],
    [999, 'other'],
    [0, 'other'],
    ['00200', 'other'],
    ['error', 'error'],
    ['<error>', '<error>'],
  ] as const) {
    it(`makes ${label} of ${code}`, () => {
      expect(codeLabel(code)).to.equal(label);
    });
  }

  it('knows few labels for all numbers there are', () => {
    const labels = new Set<string>();
    for (let code = 0; code < 1000; code += 1) labels.add(codeLabel(code));
    expect(labels.size).to.be.below(75);
    fc.assert(fc.property(fc.nat(), (code) => labels.has(codeLabel(code))));
  });
});
