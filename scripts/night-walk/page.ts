/** What a page that is played asks for. */
export interface Actors {
  /** Does what a comment `<!-- stage: … -->` says, which nobody on call could do. */
  act(words: readonly string[]): Promise<void>;
  /** The lines that a command says. */
  run(command: string): Promise<readonly string[]>;
}

const STAGE = /^<!-- stage: (.*) -->$/;

/**
 * Plays a page of Markdown from top to bottom: does what its comments say, runs the commands of its
 * blocks `console`, which begin with `$ `, and returns it with what they said this time, without
 * blanks at the ends of lines. Rejects when a command or a comment does.
 */
export async function playPage(markdown: string, { act, run }: Actors): Promise<string> {
  const lines = markdown.split('\n');
  const page: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    page.push(line);
    const [, stage] = STAGE.exec(line) ?? [];
    if (stage !== undefined) await act(stage.split(' '));
    if (line !== '```console') continue;

    const end = lines.indexOf('```', at);
    const said: string[] = [];
    for (const command of commandsIn(lines.slice(at + 1, end))) {
      const lines = await run(command);
      said.push([`$ ${command}`, ...lines.map((each) => each.trimEnd())].join('\n'));
    }
    page.push(said.join('\n\n'), '```');
    at = end;
  }
  return page.join('\n');
}

/** A command goes on after a backslash or a pipe, and as long as a single quote is open. */
function commandsIn(lines: readonly string[]): readonly string[] {
  const commands: string[] = [];
  let goesOn = false;
  for (const line of lines) {
    if (goesOn) commands.push(`${commands.pop()}\n${line}`);
    else if (line.startsWith('$ ')) commands.push(line.slice(2));
    else continue;
    goesOn = /[\\|]$/.test(line) || (commands.at(-1) ?? '').split("'").length % 2 === 0;
  }
  return commands;
}
