import { counted, grouped } from '../../../src/api/count.ts';
import type { Demo } from '../show.ts';

/** The syncs in numbers, and where to go from here. */
export async function sumUp({ screen, syncs }: Demo, seconds: number): Promise<void> {
  screen.heading('Summary');
  screen.output(['']);
  screen.table([
    ['SYNC', 'THE REQUESTS', 'AUTH0 REQUESTS', 'CREATED', 'UPDATED', 'REMOVED', '429', 'SECONDS'],
    ...syncs.map((sync) => [
      sync.title,
      ...[sync.the, sync.auth0, sync.created, sync.updated, sync.removed, sync.refused].map(
        grouped,
      ),
      sync.seconds.toFixed(1),
    ]),
  ]);
  const refused = syncs.reduce((sum, sync) => sum + sync.refused, 0);
  const requests = syncs.reduce((sum, sync) => sum + sync.auth0, 0);
  await screen.say(
    `Auth0 had to refuse ${grouped(refused)} of ${counted(requests, 'request')} (429), and the ` +
      'only organization that was removed is that of the institution which THE dropped. The demo ' +
      `took ${counted(Math.round(seconds), 'second')}.`,
  );
  await screen.say(
    'To go on: README.md says how to install it, docs/operations.md what each status means. ' +
      '`npm run demo -- --keep` leaves everything running, to try things by hand.',
  );
}
