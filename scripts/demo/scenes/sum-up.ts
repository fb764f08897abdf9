import { columns } from '../../../src/cli/screen/columns.ts';
import { grouped } from '../../../src/cli/screen/count.ts';
import type { Demo } from '../demo.ts';

/** The syncs in numbers. */
export function sumUp({ screen, syncs }: Demo, seconds: number): void {
  screen.heading('Summary');
  screen.output([
    '',
    ...columns([
      ['SYNC', 'THE REQUESTS', 'AUTH0 REQUESTS', 'CREATED', 'UPDATED', 'REMOVED', '429', 'SECONDS'],
      ...syncs.map((sync) => [
        sync.title,
        ...[sync.the, sync.auth0, sync.created, sync.updated, sync.removed, sync.refused].map(
          grouped,
        ),
        sync.seconds.toFixed(1),
      ]),
    ]),
    '',
    `The demo took ${Math.round(seconds)} seconds.`,
  ]);
}
