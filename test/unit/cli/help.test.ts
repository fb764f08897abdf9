import { expect } from 'chai';
import { COMMANDS } from '../../../src/cli/commands.ts';

/** A terminal that nobody has made larger. */
const ROWS = 24;
const COLUMNS = 80;

describe('the help of a command', () => {
  for (const [binary, entries] of Object.entries(COMMANDS)) {
    for (const { name, load } of entries) {
      it(`fits a screen and has an example: ${binary} ${name}`, async () => {
        const command = await load();
        const usage = binary === 'kubectl-isync' ? 'kubectl isync' : binary;
        command.name(`${usage} ${name}`).helpOption('-h, --help', 'show this help');
        const lines = command.helpInformation().trimEnd().split('\n');
        expect(lines.length, 'lines').to.be.at.most(ROWS);
        for (const line of lines) expect(line.length, line).to.be.at.most(COLUMNS);
        expect(lines[0]).to.match(new RegExp(`^Usage: ${usage} ${name}`));
        expect(lines.filter((line) => line.startsWith('Example: '))).to.have.lengthOf(1);
      });
    }
  }
});
