import { readFile } from 'node:fs/promises';
import path from 'node:path';

const README = path.join(import.meta.dirname, '../../README.md');

/** The README's only command that begins so, as it is written there. */
export async function readmeCommand(beginning: string): Promise<readonly string[]> {
  const text = await readFile(README, 'utf8');
  const blocks = Array.from(text.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block);
  const commands = blocks.flatMap((block) => block.trim().split('\n'));
  const found = commands.filter((command) => command.startsWith(beginning));
  const [command] = found;
  if (command === undefined || found.length > 1) {
    throw new Error(`README.md has ${found.length} commands that begin with ${beginning}`);
  }
  return command.split(' ');
}
