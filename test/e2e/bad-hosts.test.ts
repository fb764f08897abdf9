import { expect } from 'chai';
import { conditionOf, isReady, type SpecChanges } from './operator.ts';
import { openStage, type Stage } from './stage.ts';
import { describeTrouble, story } from './troubled-world.ts';

/** The controller allows 127.0.0.1 alone; the sandboxes answer under this name too. */
const elsewhere = (url: string) => url.replace('127.0.0.1', 'localhost');

interface Elsewhere {
  readonly field: string;
  readonly list: string;
  readonly spec: (stage: Stage) => SpecChanges;
  /** How the object is corrected. */
  readonly correct: object;
}

const CASES: readonly Elsewhere[] = [
  {
    field: 'auth0.tokenEndpoint',
    list: 'allowedAuth0Domains',
    spec: ({ auth0 }) => ({ auth0: { tokenEndpoint: elsewhere(auth0.tokenEndpoint) } }),
    correct: { auth0: { tokenEndpoint: null } },
  },
  {
    field: 'institutions.endpoint',
    list: 'allowedInstitutionHosts',
    spec: ({ the }) => ({ institutions: { endpoint: elsewhere(the.endpoint) } }),
    correct: {},
  },
];

describeTrouble('a host that is not allowed', () => {
  for (const { field, list, spec, correct } of CASES) {
    story(`as ${field}`, async (world) => {
      const stage = await openStage(world);
      // If the Secret were asked for first, its absence would be the verdict.
      await stage.apply(spec(stage));
      await expectRefused(stage, field, list);
      const { the, toThe } = stage;
      const endpoint = the.endpoint.replace(the.host, `127.0.0.1:${toThe.port}`);
      await stage.patch({ spec: { institutions: { endpoint }, ...correct } });
      await stage.until((object) => isReady(object, 'False SecretNotFound'));
      await stage.setSecret(stage.keys);
      await stage.until((object) => isReady(object));
      await stage.close();
    });
  }

  story('as auth0.domain, which cannot be corrected', async (world) => {
    const stage = await openStage(world);
    await stage.apply({ auth0: { domain: elsewhere(stage.auth0.domain) } });
    await expectRefused(stage, 'auth0.domain', 'allowedAuth0Domains');
    const error = await stage.patch({ spec: { auth0: { domain: '127.0.0.1' } } }).catch(String);
    expect(error).to.contain('make a new InstitutionSync for the other tenant');
    await stage.close();
  });
});

async function expectRefused(stage: Stage, field: string, list: string): Promise<void> {
  const first = await stage.until((object) => isReady(object, 'False InvalidSpec'));
  const again = await stage.until(
    ({ status }) => status?.nextSyncTime !== first.status?.nextSyncTime,
    { since: stage.versions().length },
  );
  for (const object of [first, again]) {
    expect(conditionOf(object, 'Ready')).to.equal('False InvalidSpec');
    expect(conditionOf(object, 'Stalled')).to.equal('True InvalidSpec');
  }
  const notes = await stage.events('SyncFailed', 1);
  expect(notes).to.have.length(1);
  expect(notes[0]).to.contain(
    `The controller does not allow the host of spec.${field} (localhost:`,
  );
  expect(notes[0]).to.contain(
    `Correct it, or have the controller's operator add the host to ${list}`,
  );
  expect(stage.auth0.requests.all()).to.deep.equal([]);
  expect(stage.the.requests.all()).to.deep.equal([]);
  expect([stage.toAuth0.connections(), stage.toThe.connections()]).to.deep.equal([0, 0]);
}
