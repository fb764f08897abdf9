import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import { closestFlag } from '../../../src/cli/closest-flag.ts';
import { age, distance } from '../../../src/cli/screen/age.ts';
import { columns } from '../../../src/cli/screen/columns.ts';
import { counted } from '../../../src/api/count.ts';
import { printable } from '../../../src/cli/screen/printable.ts';
import { styleFor } from '../../../src/cli/screen/style.ts';
import { flagWording, RESOURCE_WORDING } from '../../../src/cli/wording.ts';

describe('texts for people', () => {
  it('finds the flag that was probably meant', () => {
    const known = ['--AUTH0_DOMAIN', '--PRUNE', '--NAP', '--env-file'];
    expect(closestFlag('--auth0-domain', known)).to.equal('--AUTH0_DOMAIN');
    expect(closestFlag('--AUTH0_DOMIAN', known)).to.equal('--AUTH0_DOMAIN');
    expect(closestFlag('--envfile', known)).to.equal('--env-file');
    expect(closestFlag('--prun', known)).to.equal('--PRUNE');
    expect(closestFlag('--colour', known)).to.equal(undefined);
    expect(closestFlag('-x', known)).to.equal(undefined);
  });

  it('tells ages as kubectl does', () => {
    const now = Date.parse('2026-06-01T12:00:00Z');
    expect(age('2026-06-01T11:59:01Z', now)).to.equal('59s');
    expect(age('2026-06-01T11:58:30Z', now)).to.equal('90s');
    expect(age('2026-06-01T11:30:00Z', now)).to.equal('30m');
    expect(age('2026-05-30T12:00:00Z', now)).to.equal('2d');
    expect(age(undefined, now)).to.equal('-');
    expect(distance('2026-06-01T12:30:00Z', now)).to.equal('in 30m');
    expect(distance('2026-06-01T11:30:00Z', now)).to.equal('30m ago');
    expect(distance('nonsense', now)).to.equal('-');
  });

  it('puts rows into columns', () => {
    expect(
      columns([
        ['NAME', 'READY'],
        ['a-long-name', 'True'],
      ]),
    ).to.deep.equal(['NAME          READY', 'a-long-name   True']);
  });

  it('counts with the right word', () => {
    expect(counted(1, 'removal')).to.equal('1 removal');
    expect(counted(13_229, 'removal')).to.equal('13,229 removals');
  });

  it('leaves names of all scripts as they are', () => {
    const name = 'Universität Zürich – جامعة القاهرة 東京大学 می‌خواهم é';
    expect(printable(name)).to.equal(name);
    expect(printable('a\u{9b}31m\u{2066}b')).to.equal(String.raw`a\u{9b}31m\u{2066}b`);
  });

  it('knows when colours cannot be seen', () => {
    const terminal = { isTTY: true, write: () => true };
    expect(styleFor(terminal, {})('red', 'x')).to.equal('\u{1b}[31mx\u{1b}[39m');
    expect(styleFor(terminal, { NO_COLOR: '' })('red', 'x')).not.to.equal('x');
    expect(styleFor(terminal, { NO_COLOR: '1' })('red', 'x')).to.equal('x');
    expect(styleFor(terminal, { TERM: 'dumb' })('red', 'x')).to.equal('x');
    expect(styleFor({ write: () => true }, {})('red', 'x')).to.equal('x');
  });

  it("speaks of flags where the engine speaks of the resource's fields", () => {
    const wording = flagWording({ kind: 'secret', clientId: 'x', clientSecret: 'y' });
    expect(wording.message('Check auth0.domain and auth0.tokenEndpoint.')).to.equal(
      'Check --AUTH0_DOMAIN and --AUTH0_ACCESS_TOKEN_ENDPOINT.',
    );
  });

  it('speaks of runs where no sync comes by itself', () => {
    const wording = flagWording({ kind: 'secret', clientId: 'x', clientSecret: 'y' });
    const message = 'It is away. The next sync tries again.';
    expect(wording.fault(new Fault('TargetUnavailable', message))).to.equal(
      'It is away. The next run tries again.',
    );
    expect(RESOURCE_WORDING.message(message)).to.equal(message);
  });

  it('tells how to go on when a token made by hand is refused', () => {
    const fault = new Fault('AuthenticationFailed', 'Put a new token in its place.');
    const byHand = flagWording({ kind: 'token', accessToken: 'x' });
    expect(byHand.fault(fault)).to.include('Start again with a new one');
    expect(byHand.fault(new Fault('TargetUnavailable', 'It is away.'))).to.equal('It is away.');
    expect(RESOURCE_WORDING.fault(fault)).to.equal('Put a new token in its place.');
  });
});
