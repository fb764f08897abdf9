import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { startTheSandbox } from '../../sandbox/the/start.ts';
import { CREATE, tenant } from './faulty-tenant.ts';
import { see } from './plain-client.ts';

describe('sandbox: its server', () => {
  it('listens where it is told', async () => {
    await using first = await startTheSandbox();
    expect(first.host).to.match(/^127\.0\.0\.1:\d+$/);
    expect(first.url).to.equal(`https://${first.host}`);
    const { host } = first;
    await first.stop();
    await using second = await startTheSandbox({ listen: host });
    expect(second.host).to.equal(host);
  });

  it('tells of each request as it arrives, and waits for whoever listens', async () => {
    const order: string[] = [];
    await using t = await tenant({
      onRequest: async ({ method, path }) => {
        order.push(`arrives: ${method} ${path}`);
        await Promise.resolve();
        order.push(`organizations: ${t.auth0.organizations().length}`);
      },
    });
    await t.client.post('/organizations', { name: 'acme' });
    order.push('answered');
    expect(order).to.deep.equal([`arrives: ${CREATE}`, 'organizations: 0', 'answered']);
  });

  it('does not mind a client that goes away in the middle of its request', async () => {
    await using t = await tenant();
    const [host, port] = t.auth0.host.split(':');
    const socket = connect({ host, port: Number(port), ca: t.auth0.ca });
    await once(socket, 'secureConnect');
    socket.write(
      'POST /api/v2/organizations HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"name"',
    );
    socket.destroy();
    await once(socket, 'close');
    expect((await t.client.get('/organizations')).status).to.equal(200);
    expect(t.auth0.requests.all()).to.have.lengthOf(1);
  });

  it('breaks off also where there is no body', async () => {
    await using t = await tenant();
    const ids = t.auth0.seed([{ name: 'a' }, { name: 'b' }]);
    for (const [index, kind] of (['cut-body', 'reset-after-headers'] as const).entries()) {
      t.auth0.fault('*', kind);
      // The head says all there is to say, so the client may or may not notice.
      await t.client.remove(`/organizations/${ids[index]}`).catch(() => undefined);
    }
    expect(t.auth0.organizations()).to.deep.equal([]);
    expect((await t.client.get('/organizations')).status).to.equal(200);
  });

  it('lets a mistake in a hook end the process, not pass for a fault of the network', async () => {
    const module = new URL('../../sandbox/the/start.ts', import.meta.url);
    const script = `
      import { startTheSandbox } from ${JSON.stringify(module.href)};
      const the = await startTheSandbox({ onRequest() { throw new Error('my mistake'); } });
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      await fetch(the.endpoint).catch(() => {});
      await new Promise(() => {});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const [code] = await once(child, 'close');
    expect(code).to.equal(1);
    expect(errors).to.contain('my mistake');
  });

  it('answers HEAD and unknown methods as unknown paths', async () => {
    await using the = await startTheSandbox();
    expect((await see(the.endpoint, { method: 'HEAD' })).status).to.equal(404);
    expect((await see(the.endpoint, { method: 'PUT' })).status).to.equal(404);
  });
});
