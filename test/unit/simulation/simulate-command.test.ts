import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { simulate } from '../../simulation/simulate.ts';

const main = fileURLToPath(new URL('../../simulation/main.ts', import.meta.url));

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { status, lines: stdout.trim().split('\n'), stderr };
}

describe('npm run simulate', function () {
  this.timeout(120_000);

  it('plays one seed with all that happens, the same in another process', async () => {
    const { trace, steps, fingerprint } = await simulate(5, { trace: true });
    const { status, lines } = run('--seed', '5', '--trace');
    expect(status).to.equal(0);
    expect(lines.slice(0, -1)).to.deep.equal(trace);
    expect(lines.at(-1)).to.equal(`seed 5: ${steps} steps, fingerprint ${fingerprint}`);
  });

  it('sums up what many seeds came to', () => {
    const { status, lines } = run('--seed', '3', '--seeds', '2', '--threads', '1');
    expect(status).to.equal(0);
    expect(lines.join('\n')).to.match(/\d+ {2}fault: /);
    expect(lines.at(-1)).to.match(/^2 seeds, [\d,]+ steps, .* faults, .*, 0 violations$/);
  });

  it('refuses what is no number', () => {
    const { status, stderr } = run('--seeds', 'many');
    expect(status).to.equal(2);
    expect(stderr).to.equal('--seeds must be a whole number from 1 on, not many.\n');
  });
});
