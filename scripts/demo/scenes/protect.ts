import { APPROVE_ANNOTATION } from '../../../src/api/names.ts';
import { counted, grouped } from '../../../src/cli/screen/count.ts';
import { NAME, show, type Demo } from '../demo.ts';
import { syncNow } from '../sync-now.ts';

const PLAN_HASH = '{.status.heldChanges.planHash}';

/** THE answers with nothing: that is no reason to remove anything. */
export async function survive(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  screen.heading('6. THE answers with an empty list');
  await screen.say(
    'Status 200, no rows. A naive sync would now remove every organization, and with them the ' +
      'memberships of all people. That cannot be undone.',
  );
  stage.the.setRows([]);
  const sync = await syncNow(demo, 'empty listing');
  await show(demo, 'kubectl get isync');
  await screen.say(
    `Nothing was removed: Auth0 got ${counted(sync.auth0, 'request')} and holds ` +
      `${counted(stage.auth0.organizations().length, 'organization')} as before. The operator tries again by itself.`,
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
  await syncNow(demo, '40 % missing');
  await show(demo, 'kubectl get isync');
  const message = `{.status.conditions[?(@.type=="ChangesHeld")].message}`;
  await show(demo, `kubectl get isync ${NAME} -o jsonpath='${message}'`);
  await show(demo, `kubectl get isync ${NAME} -o jsonpath='${PLAN_HASH}'`);
  await screen.say(
    'This hash stands for exactly these removals. A person who finds them right releases them, and ' +
      'no others, with this command, which is not run here, because THE only has a bad day:',
  );
  screen.output([
    `kubectl annotate isync ${NAME} ${APPROVE_ANNOTATION}="$(\\`,
    `    kubectl get isync ${NAME} -o jsonpath='${PLAN_HASH}')"`,
  ]);
  await screen.pause(20);
}

/** THE is whole again: nothing was lost. */
export async function recover(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  screen.heading('8. THE is complete again');
  stage.the.setRows(stage.listings.changed);
  const sync = await syncNow(demo, 'complete again');
  await show(demo, 'kubectl get isync');
  const writes = sync.created + sync.updated + sync.removed;
  await screen.say(`Nothing is held any more, and nothing was lost: ${counted(writes, 'write')}.`);
  await show(demo, `kubectl events --for institutionsync/${NAME}`);
}
