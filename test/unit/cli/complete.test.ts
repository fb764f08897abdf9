import { expect } from 'chai';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { complete } from '../../../src/cli/complete.ts';

async function candidates(...words: readonly string[]): Promise<readonly string[]> {
  const text = await complete(COMMANDS['institution-sync'], words);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it('offers commands', async () => {
    expect(await candidates('')).to.include.members(['sync', 'create', 'validate', 'remove', ':4']);
    expect(await candidates('s')).to.deep.equal(['sync', 'settings', ':4']);
  });

  it('offers flags, and not to files', async () => {
    expect(await candidates('sync', '--AUTH0_CLIENT')).to.deep.equal([
      '--AUTH0_CLIENT_ID',
      '--AUTH0_CLIENT_SECRET',
      '--AUTH0_CLIENT_PRIVATE_KEY',
      ':4',
    ]);
    expect(await candidates('sync', '')).to.deep.equal([':4']);
    expect(await candidates('remove', '--y')).to.deep.equal(['--yes', ':4']);
  });

  it('offers the values of a flag, also in a list', async () => {
    expect(await candidates('sync', '--PRUNE', '')).to.deep.equal(['true', 'false', ':4']);
    expect(await candidates('validate', '-o', 'j')).to.deep.equal(['json', ':4']);
    expect(await candidates('sync', '--METADATA', 'web,la')).to.deep.equal(['web,latitude', ':4']);
    expect(await candidates('sync', '--AUTH0_DOMAIN', '')).to.deep.equal([':4']);
  });

  it('leaves files to the shell', async () => {
    expect(await candidates('sync', '--env-file', '')).to.deep.equal([':0']);
    expect(await candidates('plan', '-f', 'x')).to.deep.equal([':0']);
  });

  it('says nothing of what it does not know', async () => {
    expect(await candidates('nonsense', '--x')).to.deep.equal([':4']);
  });
});
