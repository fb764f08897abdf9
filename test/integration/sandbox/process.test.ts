import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));

const Announced = z.strictObject({
  auth0: z.url(),
  domain: z.string(),
  audience: z.url(),
  tokenEndpoint: z.url(),
  clientId: z.string(),
  clientSecret: z.string(),
  the: z.url(),
  institutionsEndpoint: z.url(),
  control: z.url(),
  caFile: z.string(),
});

describe('sandbox: as a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  const file = join(folder, 'ca.pem');
  let child: ChildProcess;
  let announced: z.infer<typeof Announced>;

  before(async () => {
    const flags = ['--institutions', '40', '--organizations', '3', '--time-scale', '60'];
    child = spawn(process.execPath, [MAIN, ...flags, '--ca-file', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (!child.stdout) throw new Error('the process has no output');
    const [line] = await once(createInterface(child.stdout), 'line');
    announced = Announced.parse(JSON.parse(String(line)));
  });

  after(async () => {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function control(name: string, body?: unknown): Promise<unknown> {
    const [method = '', path = ''] = name.split(' ');
    const response = await fetch(`${announced.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** What another process, which trusts the authority by its environment, gets. */
  async function fetched(url: string, init: RequestInit = {}): Promise<unknown> {
    const script = `const r = await fetch(${JSON.stringify(url)}, ${JSON.stringify(init)});
      console.log(JSON.stringify({ status: r.status, body: await r.json() }));`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { NODE_EXTRA_CA_CERTS: announced.caFile },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(other.stdout), 'line');
    return JSON.parse(String(line));
  }

  it('says in one line where everything is', () => {
    expect(announced.domain).to.equal(new URL(announced.auth0).host);
    expect(announced.caFile).to.equal(file);
    expect(existsSync(file)).to.equal(true);
  });

  it('serves other processes', async () => {
    const listing = await fetched(`${announced.institutionsEndpoint}?limit=100&offset=0`);
    expect(listing).to.have.nested.property('body.rowCount', 40);
    const token = await fetched(announced.tokenEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: announced.clientId,
        client_secret: announced.clientSecret,
        audience: announced.audience,
      }),
    });
    expect(token).to.have.property('status', 200);
    const counts = await control('GET /auth0/counts');
    expect(counts).to.have.nested.property('body.token').that.deep.equals({ 200: 1 });
  });

  it('shows and changes the tenant', async () => {
    const seeded = await control('POST /auth0/seed', { organizations: [{ name: 'seeded' }] });
    expect(seeded).to.have.property('status', 200);
    const [id] = Object.values(Object(Reflect.get(Object(seeded), 'body')));
    await control('POST /auth0/edit', { id, changes: { display_name: 'Edited' } });
    const shown = await control('GET /auth0/organizations');
    expect(shown).to.have.nested.property('body').with.lengthOf(4);
    expect(shown).to.have.nested.property('body[3].display_name', 'Edited');
    await control('POST /auth0/remove', { id });
    expect(await control('GET /auth0/organizations'))
      .to.have.property('body')
      .with.lengthOf(3);
    expect(await control('GET /auth0/connections'))
      .to.have.property('body')
      .with.lengthOf(1);
    expect(await control('GET /auth0/buckets')).to.have.nested.property('body.writes.limit', 5);
  });

  it('revokes, expires, rotates and mints', async () => {
    expect(await control('POST /auth0/revoke', {})).to.deep.equal({ status: 200, body: {} });
    expect(await control('POST /auth0/expire', {})).to.deep.equal({ status: 200, body: {} });
    const rotated = await control('POST /auth0/rotate-secret', { secret: 'new' });
    expect(rotated).to.deep.equal({ status: 200, body: { clientSecret: 'new' } });
    const minted = await control('POST /auth0/mint-token', { scopes: ['read:organizations'] });
    expect(minted).to.have.nested.property('body.token').that.matches(/^ey/);
  });

  it('changes THE’s rows', async () => {
    await control('POST /the/set-rows', { rows: [{ iid: 'i-1' }, { iid: 'i-2' }] });
    expect(await control('GET /the/rows'))
      .to.have.property('body')
      .with.lengthOf(2);
    await control('POST /the/set-rows', { count: 25 });
    await control('POST /the/shuffle', { seed: 3 });
    expect(await control('GET /the/rows'))
      .to.have.property('body')
      .with.lengthOf(25);
  });

  it('makes faults and competitors', async () => {
    const fault = { match: '*', kind: { kind: 'status', status: 418 }, times: 'always' };
    await control('POST /the/fault', fault);
    const seen = await fetched(announced.institutionsEndpoint);
    expect(seen).to.have.property('status', 418);
    await control('POST /the/clear-faults', {});
    await control('POST /the/clear-requests', {});
    expect(await control('GET /the/requests')).to.deep.equal({ status: 200, body: [] });
    await control('POST /auth0/compete', { bucket: 'writes', share: 0.5 });
    const competitors = await control('GET /auth0/competitors');
    expect(competitors).to.have.nested.property('body[0]').with.keys('asked', 'served', 'refused');
  });

  it('refuses what it does not know', async () => {
    const unknown = await control('POST /auth0/explode', {});
    expect(unknown).to.have.property('status', 404);
    expect(unknown).to.have.nested.property('body.commands').that.includes('GET /the/rows');
    const wrong = await control('POST /auth0/fault', { match: '*', kind: 'bad luck' });
    expect(wrong).to.have.property('status', 400);
    expect(wrong).to.have.nested.property('body.error').that.is.a('string');
    const failing = await control('POST /auth0/remove', { id: 'org_x' });
    expect(failing).to.deep.equal({
      status: 400,
      body: { error: 'there is no organization "org_x"' },
    });
  });

  it('ends with SIGTERM, at once and well', async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).to.deep.equal([0, null]);
  });

  it('says how it is used', async () => {
    const other = spawn(process.execPath, [MAIN, '--plan', 'luxury'], { stdio: 'pipe' });
    const lines: string[] = [];
    createInterface(other.stderr).on('line', (line) => lines.push(line));
    const [code] = await once(other, 'close');
    expect(code).to.equal(2);
    expect(lines.join('\n')).to.contain('plan').and.contain('--time-scale N');
  });
});
