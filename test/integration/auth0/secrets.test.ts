import { generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Credentials } from '../../../src/auth0/credentials.ts';
import { openFetch } from '../../../src/auth0/fetch.ts';
import type { Tenant } from '../../../src/sync/tenant.ts';
import { byHand, clientOf, listNames, never, rejection, type Settings } from './open.ts';
import { json, startScriptedServer, type Seen } from './scripted-server.ts';

const SECRET = 'v3ry-S3cret-of-the-client';
const OPAQUE = 'Opaque_T0ken_given_by_hand';
const GRANTED = 'eyJhbGciOiJIUzI1NiJ9.eyJzY29wZSI6IngifQ.c2lnbmF0dXJl';
const PRIVATE_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const KINDS: Readonly<Record<string, Credentials>> = {
  'client secret': { kind: 'secret', clientId: 'id', clientSecret: SECRET },
  'private key': { kind: 'privateKey', clientId: 'id', privateKey: PRIVATE_KEY },
  'opaque token': byHand(OPAQUE),
  'token by hand': byHand(GRANTED),
};

type Respond = (response: ServerResponse, seen: Seen) => void;

/** Everything that was sent, in every field that is shown to people. */
const echo =
  (status: number): Respond =>
  (response, seen) => {
    const sent = `${seen.body} ${JSON.stringify(seen.headers)}`;
    const said = { message: sent, error_description: sent, error: sent, errorCode: 'echo' };
    json(response, said, status);
  };

const WAYS: Readonly<Record<string, Respond>> = {
  ...Object.fromEntries(
    [200, 302, 400, 401, 402, 403, 404, 409, 413, 418, 500, 503].map((status) => [
      `echo with status ${status}`,
      echo(status),
    ]),
  ),
  reset: (response) => void response.socket?.destroy(),
  'cut body': (response) => {
    response.writeHead(200, { 'content-length': 100 }).flushHeaders();
    response.socket?.end();
  },
  html: (response) => void response.end('<h1>hello</h1>'),
};

function ownEntries(error: Error): [string, unknown][] {
  return Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)]);
}

/** All that a log or a crash report could show of these values. */
function shown(values: readonly unknown[]): string {
  const texts = values.map((value) => {
    const all = inspect(value, { depth: Infinity, showHidden: true, maxStringLength: Infinity });
    const own = JSON.stringify(value, (_key, each: unknown) =>
      each instanceof Error ? Object.fromEntries(ownEntries(each)) : each,
    );
    return `${all}\n${own}\n${String(value)}`;
  });
  return texts.join('\n');
}

function assertNoSecret(values: readonly unknown[]): void {
  const text = shown(values);
  expect(text).to.include('AUTH0'.toLowerCase()).and.have.length.above(100);
  const keyLines = PRIVATE_KEY.split('\n').filter((line) => line.length > 40);
  for (const secret of [SECRET, OPAQUE, GRANTED, 'PRIVATE KEY', ...keyLines]) {
    expect(text).not.to.include(secret);
  }
  // A client assertion is made anew for each request.
  expect(text).not.to.match(/eyJ[\w-]+\.[\w-]+\./);
}

async function failures(tenant: Tenant): Promise<unknown[]> {
  const connection = { connectionId: 'con_1', assignMembershipOnLogin: false };
  const body = { name: 'acme', displayName: 'Acme', metadata: {}, connections: [] };
  const outcomes = await Promise.allSettled([
    tenant.requireScopes(['none:such'], never),
    listNames(tenant),
    tenant.readOrganization('org_1', never),
    tenant.createOrganization(body, never),
    tenant.updateOrganization('org_1', { name: 'b' }, never),
    tenant.deleteOrganization('org_1', never),
    tenant.findConnection('c', never),
    tenant.enableConnection('org_1', connection, never),
  ]);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

describe('auth0: secrets and tokens appear in no error and no log line', () => {
  for (const [kind, credentials] of Object.entries(KINDS)) {
    for (const [way, respond] of Object.entries(WAYS)) {
      it(`${kind}: ${way} of the API`, async () => {
        await using server = await startScriptedServer(
          (seen, response) => respond(response, seen),
          { token: (response) => json(response, { access_token: GRANTED, expires_in: 600 }) },
        );
        const { tenant, log } = await clientOf(server.host, { credentials });
        const errors = await failures(tenant);
        expect(errors).to.have.length.above(0);
        assertNoSecret([...errors, ...log.lines]);
      });

      if (credentials.kind === 'token') continue;
      it(`${kind}: ${way} of the token endpoint, at first and at a renewal`, async () => {
        let granted = 0;
        await using server = await startScriptedServer(
          (_seen, response) => json(response, { organizations: [] }),
          {
            token(response, seen) {
              if (granted > 0) return respond(response, seen);
              granted += 1;
              json(response, { access_token: GRANTED, expires_in: 600 });
            },
          },
        );
        const { tenant, log, clock } = await clientOf(server.host, { credentials });
        await listNames(tenant);
        clock.pass(400_000);
        await listNames(tenant);
        clock.pass(400_000);
        const errors = await failures(tenant);
        expect(errors).to.have.length.above(0);
        if (way !== 'echo with status 200') expect(log.lines).to.have.length.above(0);
        assertNoSecret([...errors, ...log.lines]);
      });
    }
  }

  it('neither does the password of a proxy', async () => {
    const before = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = 'http://someone:Pr0xy-Passw0rd@127.0.0.1:1';
    let settings: Settings;
    try {
      settings = { fetch: openFetch() };
    } finally {
      if (before === undefined) delete process.env['HTTPS_PROXY'];
      else process.env['HTTPS_PROXY'] = before;
    }
    const { tenant, log } = await clientOf('acme.auth0.test', settings);
    const error = await rejection(listNames(tenant));
    expect(error).to.include({ reason: 'TargetUnavailable' });
    expect(shown([error, ...log.lines])).not.to.include('Pr0xy-Passw0rd');
  });
});
