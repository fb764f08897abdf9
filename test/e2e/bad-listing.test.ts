import { expect } from 'chai';
import type { FaultKind, FaultMatch, FaultName } from '../sandbox/fault-kinds.ts';
import { startAuth0Sandbox } from '../sandbox/auth0/start.ts';
import { isReady } from './operator.ts';
import { openStage, type Stage } from './stage.ts';
import { trouble, type Trouble } from './trouble.ts';
import { describeTrouble, story } from './troubled-world.ts';
import { makeUntidy, watchUntouched } from './untidy-tenant.ts';

const LIST: FaultMatch = { method: 'GET', path: '/api/v2/organizations' };
/** The first page is read as it should be. */
const PAGE_2: FaultMatch = { ...LIST, skip: 1 };
const TOKEN: FaultMatch = { path: '/oauth/token' };

/** The tenant cannot be read: nothing may be created, updated or deleted. */
function unreadable(
  title: string,
  kind: FaultName | FaultKind,
  match: FaultMatch,
  what: Pick<Trouble, 'says' | 'once'>,
): void {
  trouble(title, {
    reason: 'TargetUnavailable',
    ...what,
    spoil: ({ auth0 }) => auth0.fault(match, kind, Infinity),
    mend: ({ auth0 }) => auth0.clearFaults(),
  });
}

const nonsense = { says: /gave an answer that cannot be read, so nothing is concluded from it/ };
const broken = { says: /No complete answer from Auth0 .*The next sync tries again; if this lasts/ };
const failing = { says: /answers with status 50\d\. The next sync tries again; see https:/ };

describeTrouble('Auth0 is away:', () => {
  trouble('connections are refused', {
    reason: 'TargetUnavailable',
    says: /No complete answer from Auth0 .*ECONNREFUSED.*check the domain, the network/,
    spoil: ({ toAuth0 }) => toAuth0.refuse(),
    mend: ({ toAuth0 }) => toAuth0.resume(),
  });
  trouble('connections are refused after a time of health', {
    reason: 'TargetUnavailable',
    says: /No complete answer from Auth0 .*ECONNREFUSED/,
    later: true,
    spec: { driftInterval: '1s' },
    spoil: ({ toAuth0 }) => toAuth0.refuse(),
    mend: ({ toAuth0 }) => toAuth0.resume(),
  });
  trouble('nothing comes through', {
    reason: 'TargetUnavailable',
    ...broken,
    once: true,
    spoil: ({ toAuth0 }) => toAuth0.blackHole(),
    mend: ({ toAuth0 }) => toAuth0.resume(),
  });
  unreadable('the token endpoint answers 500', { kind: 'status', status: 500 }, TOKEN, failing);
  unreadable('the token endpoint answers HTML', 'html', TOKEN, nonsense);
  unreadable('the token endpoint answers another shape', 'wrong-shape', TOKEN, nonsense);
  unreadable('the token endpoint is not there', { kind: 'status', status: 404 }, TOKEN, {
    says: /token endpoint .*status 404.*Check auth0\.domain and auth0\.tokenEndpoint/,
  });
  unreadable('500 for ever', { kind: 'status', status: 500 }, LIST, failing);
  unreadable('a hang', 'hang', LIST, { ...broken, once: true });
  unreadable('404 for the listing', { kind: 'status', status: 404 }, LIST, {
    says: /refuses to answer \(status 404\)/,
  });
});

describeTrouble('the second page of organizations is', () => {
  unreadable('HTML', 'html', PAGE_2, nonsense);
  unreadable('empty', 'empty', PAGE_2, nonsense);
  unreadable('garbage', 'garbage-json', PAGE_2, nonsense);
  unreadable('of another shape', 'wrong-shape', PAGE_2, nonsense);
  unreadable('cut', 'cut-body', PAGE_2, broken);
  unreadable('reset in the middle', 'reset-after-headers', PAGE_2, broken);
  unreadable('an error', { kind: 'status', status: 503 }, PAGE_2, failing);
  unreadable(
    'an object without organizations',
    { kind: 'wrong-shape', body: {} },
    PAGE_2,
    nonsense,
  );
  unreadable(
    'one with an organization that has no name',
    { kind: 'wrong-shape', body: { organizations: [{ id: 'org_1' }] } },
    PAGE_2,
    nonsense,
  );
  const circle = { says: /lists its organizations in a circle.*Nothing was written/ };
  unreadable('itself again, for ever', 'loop-cursor', LIST, circle);
  trouble('the first one', {
    reason: 'TargetUnavailable',
    ...circle,
    once: true,
    spoil: ({ auth0 }) => auth0.fault(PAGE_2, 'repeat-page'),
    mend: () => {},
  });
  unreadable(
    'one in which two have the same name',
    {
      kind: 'wrong-shape',
      body: {
        organizations: [
          { id: 'org_1', name: 'twin' },
          { id: 'org_2', name: 'twin' },
        ],
      },
    },
    PAGE_2,
    { says: /two rows have the same name.*Nothing was written/ },
  );
});

describeTrouble('Auth0 says something else than asked:', () => {
  trouble('the token lacks a scope of which it says that it has it', {
    reason: 'InsufficientScope',
    says: /says: Insufficient scope, expected any of: read:organizations. Grant the application/,
    spoil: ({ auth0 }) =>
      auth0.fault(
        LIST,
        {
          kind: 'status',
          status: 403,
          body: {
            statusCode: 403,
            error: 'Forbidden',
            message: 'Insufficient scope, expected any of: read:organizations',
            errorCode: 'insufficient_scope',
          },
        },
        Infinity,
      ),
    mend: ({ auth0 }) => auth0.clearFaults(),
  });

  trouble('there is no such connection', {
    reason: 'ConnectionNotFound',
    says: /no connection named "corporate", .* Create it in Auth0, or correct auth0\.connections/,
    spec: { auth0: { connections: [{ name: 'corporate' }] } },
    mend: ({ auth0 }) => void auth0.addConnection({ name: 'corporate', strategy: 'samlp' }),
  });

  for (const [title, match] of [
    ['the listing redirects', LIST],
    ['the token endpoint redirects', TOKEN],
  ] as const) {
    story(`${title}, and no credentials go there`, async (world) => {
      const stage = await openStage(world);
      const elsewhere = await startAuth0Sandbox();
      makeUntidy(stage.auth0);
      const expectUntouched = watchUntouched(stage);
      await stage.setSecret(stage.keys);
      const location = `${elsewhere.url}${match.path}`;
      stage.auth0.fault(match, { kind: 'redirect', location, status: 307 }, Infinity);
      await stage.apply();
      await stage.until((object) => isReady(object, 'False TargetUnavailable'));
      expect(elsewhere.requests.all()).to.deep.equal([]);
      expectUntouched();
      stage.auth0.clearFaults();
      await stage.until((object) => isReady(object));
      await elsewhere.stop();
      await stage.close();
    });
  }
});

describeTrouble('the audience', () => {
  story('is wrong: the object must be corrected, and then works', async (world) => {
    const stage: Stage = await openStage(world);
    makeUntidy(stage.auth0);
    const expectUntouched = watchUntouched(stage);
    await stage.setSecret(stage.keys);
    await stage.apply({ auth0: { audience: 'https://acme.eu.auth0.com/api/v2/' } });
    const { status } = await stage.until((object) => isReady(object, 'False AuthenticationFailed'));
    expect(status?.conditions?.[0]?.message).to.match(
      /gives no token for https:\/\/acme\.eu\.auth0\.com\/api\/v2\/: Service not found/,
    );
    expectUntouched();
    await stage.patch({ spec: { auth0: { audience: null } } });
    await stage.until((object) => isReady(object));
    expect(await stage.events('SyncFailed', 1)).to.have.length(1);
    await stage.close();
  });
});
