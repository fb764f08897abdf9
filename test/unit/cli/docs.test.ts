import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { FLAGS } from '../../../src/cli/settings/flags.ts';
import { REMOVAL_SCOPES } from '../../../src/sync/remove-all.ts';
import { requiredScopes } from '../../../src/sync/scopes.ts';

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
}

describe('the documentation of the commands', () => {
  const commands = page('commands.md');

  for (const { name, path, fallback } of FLAGS) {
    it(`has a row for --${name}, with field and default`, () => {
      const row = commands.split('\n').find((line) => line.startsWith(`| \`--${name} `)) ?? '';
      if (path !== undefined) expect(row).to.include(`\`${path}`);
      if (fallback !== undefined && !fallback.startsWith('https:')) {
        expect(row).to.include(`\`${fallback}\``);
      }
      expect(row).to.match(/^\| `--/);
    });
  }

  it('names every command', () => {
    for (const { name } of [...COMMANDS['institution-sync'], ...COMMANDS['kubectl-isync']]) {
      expect(commands).to.match(new RegExp(`\\b${name}\\b`));
    }
  });

  it('says for every scope what it is for', () => {
    const setup = page('auth0-setup.md');
    const connections = [{ name: 'any', assignMembershipOnLogin: false }];
    const needed = requiredScopes({ mode: 'Enforce', prune: true, connections });
    for (const scope of [...needed, ...REMOVAL_SCOPES]) {
      expect(setup).to.match(new RegExp(`^\\| \`${scope}\` +\\| \\w`, 'm'));
    }
  });
});
