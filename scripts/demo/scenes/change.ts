import { counted } from '../../../src/cli/screen/count.ts';
import { columns } from '../../../src/cli/screen/columns.ts';
import { show, type Demo } from '../demo.ts';
import { syncNow } from '../sync-now.ts';

/** A few institutions change: only these are written. */
export async function change(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  const { renamed, added, dropped, changed } = stage.listings;
  screen.heading('5. THE changes a few institutions');
  await screen.say(
    `THE now lists ${counted(renamed.length, 'institution')} under a new name, ${added.length} more, and one less:`,
  );
  screen.output(
    columns([
      ...renamed.map(({ after }) => ['renamed', after.iid, after.name]),
      ...added.map(({ iid, name }) => ['added', iid, name]),
      ['gone', dropped.iid, dropped.name],
    ]),
  );
  await screen.pause(10);
  stage.the.setRows(changed);
  await screen.say(
    'The next sync comes 30 minutes after the last (spec.nap). An annotation asks for one now:',
  );
  const sync = await syncNow(demo, 'few changes');
  await show(
    demo,
    [
      `kubectl get isync -o custom-columns='NAME:.metadata.name,CREATED:.status.lastSync.created,`,
      `UPDATED:.status.lastSync.updated,DELETED:.status.lastSync.deleted'`,
    ].join('\\\n'),
  );
  const writes = sync.created + sync.updated + sync.removed;
  await screen.say(
    `Auth0 got ${counted(writes, 'write')}, one for each change, and ` +
      `${counted(sync.auth0 - writes, 'read')}: the organizations, ` +
      '50 at a time, because a sync that is asked for reads them anew, and the one to be removed, just before.',
  );
}
