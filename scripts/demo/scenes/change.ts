import { counted } from '../../../src/api/count.ts';
import { show, type Demo } from '../show.ts';
import { insist } from '../insist.ts';
import { syncNow } from '../sync-now.ts';

const LAST_SYNC = [
  `kubectl get isync -o custom-columns="\\`,
  `NAME:.metadata.name,CREATED:.status.lastSync.created,\\`,
  `UPDATED:.status.lastSync.updated,DELETED:.status.lastSync.deleted"`,
].join('\n');

/** A few institutions change: only these are written. */
export async function change(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  const { renamed, added, dropped, changed } = stage.listings;
  screen.heading('5. THE changes a few institutions');
  await screen.say(
    `THE now lists ${counted(renamed.length, 'institution')} under a new name, ${added.length} more, and one less:`,
  );
  screen.table([
    ...renamed.map(({ after }) => ['renamed', after.iid, after.name]),
    ...added.map(({ iid, name }) => ['added', iid, name]),
    ['gone', dropped.iid, dropped.name],
  ]);
  await screen.pause(10);
  stage.the.setRows(changed);
  await screen.say(
    'The next sync comes 30 minutes after the last (spec.nap). An annotation asks for one now:',
  );
  const sync = await syncNow(demo, 'few changes');
  insist(
    sync.created === added.length && sync.updated === renamed.length && sync.removed === 1,
    'only what THE changed was written',
  );
  await show(demo, LAST_SYNC);
  const writes = sync.created + sync.updated + sync.removed;
  await screen.say(
    `Auth0 got ${counted(writes, 'write')}, one for each change. The other ${sync.auth0 - writes} ` +
      'requests only read: a sync on request reads all organizations anew, 50 a page, and an ' +
      'organization is looked at once more before it is removed.',
  );
}
