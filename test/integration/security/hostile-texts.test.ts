import { expect } from 'chai';
import { answerError } from '../../../src/auth0/classify.ts';
import { logLines, runCli } from '../cli/run-cli.ts';
import { institutionId, openWorld } from '../cli/world.ts';
import { never, open, rejection } from '../institutions/open.ts';
import { startTheServer, type Seen } from '../institutions/the-server.ts';

/** Names that would forge a line, clear a screen, ring, or turn the order of what follows. */
const NAMES = [
  'A\n{"level":"info","message":"forged"}',
  'B\r\n2026-11-23 ERROR forged',
  'C \u001b[2J\u001b]0;forged\u0007',
  'D \u202egro.live',
  'E\u2028forged\u2029',
  'F \u009b31mforged',
  'G ${process.exit(9)} $(touch /tmp/x) `id` %s %n {{ .Values }} <script>',
];
const STEERING = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

describe('security: hostile texts', function () {
  this.timeout(60_000);

  it('names and fields of institutions are data in logs and in Auth0', async () => {
    const rows = NAMES.map((name, index) => ({
      iid: institutionId(index + 1),
      name,
      address: name,
    }));
    await using world = await openWorld({ rows: [...rows, { iid: 'x\n{"forged":1}', name: 'X' }] });
    const refusal = { message: `The display name "${NAMES.join(' ')}" is not allowed` };
    world.tenant.fault({ endpoint: 'writes' }, { kind: 'status', status: 400, body: refusal }, 1);
    const args = ['sync', '--verbose', '--METADATA=address'];
    const { stdout, stderr, code } = await runCli(args, { env: world.environment });
    expect(code, stdout + stderr).to.equal(3);
    const lines = logLines(stdout + stderr);
    expect(lines).to.have.length.above(3);
    for (const line of lines) {
      expect(line).to.include.keys('time', 'level', 'message');
      expect(line).not.to.have.property('forged');
      expect(line['message']).not.to.equal('forged');
    }
    expect((stdout + stderr).replaceAll('\n', '')).not.to.match(STEERING);
    const organizations = world.tenant.organizations();
    expect(organizations).to.have.length(NAMES.length - 1);
    for (const { display_name: name = '', metadata = {} } of organizations) {
      expect(name + metadata['address']).not.to.match(/\p{Cc}/u);
      expect(Object.keys(metadata)).to.have.members(['institutionId', 'address']);
    }
  });

  it('what Auth0 says of an error steers no terminal and turns no text', () => {
    const said = NAMES.join(' ');
    const answer = {
      status: 400,
      headers: { get: () => null },
      body: { message: said },
      readable: true,
    };
    for (const concerns of ['tenant', 'organization', 'creation'] as const) {
      const { message } = answerError({ domain: 'acme.auth0.com', concerns }, answer);
      expect(message).to.contain('forged').and.not.to.match(STEERING);
      expect(message.length).to.be.below(400);
    }
  });

  it('keys of rows and of metadata reach no prototype', async () => {
    const row = (keys: string) => `{"iid":"a","name":"A",${keys}}`;
    await using the = await startTheServer(({ offset }, response) => {
      const keys =
        '"__proto__":{"polluted":1,"country":"X"},"constructor":{"prototype":{"polluted":1}}';
      const rows = offset === 0 ? row(keys) : '';
      response.end(
        `{"rowCount":${offset === 0 ? 1 : 0},"rows":[${rows}],"__proto__":{"polluted":1}}`,
      );
    });
    const { institutions } = await open(the, { fields: ['country'] }).list(never);
    expect(institutions).to.deep.equal([{ id: 'a', name: 'A', fields: {} }]);
    expect({}).not.to.have.property('polluted');
  });

  it('a redirect of THE is not followed, and its target is told only when it is a host', async () => {
    const elsewhere: Seen[] = [];
    await using other = await startTheServer((seen, response) => {
      elsewhere.push(seen);
      response.end('{"rowCount":0,"rows":[]}');
    });
    for (const [location, told] of [
      [`https://localhost:${other.port}/`, `redirects to localhost:${other.port},`],
      [`https://${'a'.repeat(4_000)}.example/`, 'redirects elsewhere,'],
      ['https://user:password@evil.example/', 'redirects to evil.example,'],
      ['http://[::1', 'redirects elsewhere,'],
    ] as const) {
      await using the = await startTheServer((_seen, response) => {
        response.writeHead(302, { location }).end();
      });
      const failure = await rejection(open(the).list(never));
      expect(failure).to.include({ reason: 'SourceUnavailable', statusCode: 302 });
      expect(failure).to.have.property('message').that.contains(told);
      expect(the.seen).to.have.length(1);
    }
    expect(elsewhere).to.deep.equal([]);
  });
});
