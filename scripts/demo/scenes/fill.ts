import { grouped } from '../../../src/api/count.ts';
import { NAME, show, type Demo } from '../show.ts';
import { secondsOfWrites } from '../options.ts';
import { insist } from '../insist.ts';
import { noteSync } from '../note-sync.ts';

const SHOWN = 5;
/** So that a row fits on a line. */
const LONGEST_NAME = 38;

const WATCH = [
  `kubectl get isync ${NAME} --watch -o custom-columns="\\`,
  `READY:.status.conditions[0].status,PHASE:.status.progress.phase,\\`,
  `DONE:.status.progress.done,OF:.status.progress.total"`,
].join('\n');

/** The first sync: an organization for each institution. */
export async function fill(demo: Demo): Promise<void> {
  const { screen, shell, stage, options } = demo;
  const { auth0 } = stage;
  screen.heading('4. It fills the tenant');
  await screen.say('Nothing else is to be done. The status tells how far it is:');
  screen.command(WATCH);
  await shell.follow(
    WATCH,
    (line) => {
      screen.output([inColumns(line)]);
      return line.startsWith('True');
    },
    60 + (3 * secondsOfWrites(options.institutions)) / options.timeScale,
  );
  await noteSync(demo, 'first sync');
  await show(demo, 'kubectl get isync');
  await show(demo, `kubectl events --for institutionsync/${NAME}`);

  const organizations = auth0.organizations();
  insist(organizations.length === options.institutions + 1, 'each institution has an organization');
  await screen.say(
    `Auth0 holds ${grouped(organizations.length)} organizations. One was there before, made by ` +
      'hand: the operator leaves it alone. Each of its own carries a mark, institutionId:',
  );
  screen.table([
    ['name', 'display_name', 'metadata.institutionId', 'metadata.country'],
    ...organizations
      .filter(({ display_name = '' }) => display_name.length <= LONGEST_NAME)
      .slice(0, SHOWN)
      .map(({ name, display_name = '', metadata }) => [
        name,
        display_name,
        metadata?.['institutionId'] ?? '',
        metadata?.['country'] ?? '',
      ]),
  ]);
  await screen.pause(SHOWN * 3);
}

/** A watch aligns each line by itself. */
function inColumns(line: string): string {
  return line
    .split(/ {2,}/)
    .map((cell) => cell.padEnd(10))
    .join(' ')
    .trimEnd();
}
