import { isDeepStrictEqual } from 'node:util';
import { APPROVE_ANNOTATION } from '../../../src/api/names.ts';
import { counted, grouped } from '../../../src/api/count.ts';
import { NAME, show, type Demo } from '../show.ts';
import { insist } from '../insist.ts';
import { syncNow } from '../sync-now.ts';

/** THE answers with nothing: that is no reason to remove anything. */
export async function survive(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  screen.heading('6. THE answers with an empty list');
  await screen.say(
    'Status 200, no rows. A naive sync would now remove every organization, and with them the ' +
      'memberships of all people. That cannot be undone.',
  );
  const before = stage.auth0.organizations();
  stage.the.setRows([]);
  const { auth0 } = await syncNow(demo, 'empty listing');
  insist(isDeepStrictEqual(stage.auth0.organizations(), before), 'no organization has changed');
  await show(demo, 'kubectl get isync');
  await screen.say(
    `Nothing was removed. Auth0 got ${auth0 === 0 ? 'no request' : counted(auth0, 'request')}, and ` +
      `holds ${counted(before.length, 'organization')} as before. Ready is False until THE answers ` +
      'sensibly; the operator tries again by itself.',
  );
}

/** THE loses 40 %: the removals wait for a person. */
export async function hold(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  const { changed, cutShort } = stage.listings;
  const lost = changed.length - cutShort.length;
  screen.heading('7. THE loses 40 % of its institutions');
  await screen.say(
    `A listing of ${grouped(cutShort.length)} is valid, but ${grouped(lost)} removals are more than ` +
      'spec.limits.deletions allows, 5 % if nothing else is said.',
  );
  stage.the.setRows(cutShort);
  const { removed } = await syncNow(demo, '40 % missing');
  insist(removed === 0, 'no organization was removed');
  await show(demo, 'kubectl get isync');
  await show(demo, `kubectl get isync ${NAME} -o jsonpath='{.status.heldChanges}'`);
  const [lostOne] = changed.slice(cutShort.length);
  await screen.say('For a single institution, the plugin of kubectl tells what is going on:');
  await show(demo, `kubectl isync explain ${lostOne?.iid}`);
  await screen.say(
    'planHash stands for exactly these removals. A person who finds them right releases them, and ' +
      'no others, by either of:',
  );
  screen.output([
    `kubectl annotate isync ${NAME} ${APPROVE_ANNOTATION}=PLANHASH`,
    `kubectl isync approve ${NAME}`,
  ]);
  await screen.say('Nobody does so here: THE only has a bad day.');
}

/** THE is whole again: nothing was lost. */
export async function recover(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  screen.heading('8. THE is complete again');
  stage.the.setRows(stage.listings.changed);
  const { created, updated, removed } = await syncNow(demo, 'complete again');
  insist(created + updated + removed === 0, 'nothing had to be written');
  await show(demo, 'kubectl get isync');
  await screen.say(
    'Nothing is held any more. Nothing was lost, so nothing had to be written. The whole story, as ' +
      'events:',
  );
  await show(demo, `kubectl events --for institutionsync/${NAME}`);
}
