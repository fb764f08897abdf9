import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { connect } from 'node:tls';
import axios from 'axios';
import { expect } from 'chai';
import { caFile, certificates, trustSandboxes } from '../../sandbox/certificates.ts';
import { startTheSandbox } from '../../sandbox/the/start.ts';

describe('sandbox: certificates', () => {
  it('are made once, with the authority in a file', async () => {
    expect(await certificates()).to.equal(await certificates());
    const path = await caFile();
    expect(await caFile()).to.equal(path);
    expect(existsSync(path)).to.equal(true);
    expect(readFileSync(path, 'utf8')).to.equal((await certificates()).ca);
  });

  it('are good for 127.0.0.1 and localhost, with fetch and with axios', async () => {
    await trustSandboxes();
    await using the = await startTheSandbox();
    for (const host of ['127.0.0.1', 'localhost']) {
      const url = the.endpoint.replace('127.0.0.1', host);
      expect((await fetch(url)).status).to.equal(200);
      expect((await axios.get(url)).status).to.equal(200);
    }
  });

  it('are good with the authority given by hand, and refused without it', async () => {
    await using the = await startTheSandbox();
    const status = await new Promise((resolve, reject) => {
      get(the.endpoint, { agent: new Agent({ ca: the.ca }) }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).to.equal(200);
    const stranger = get(the.endpoint, { agent: new Agent({ ca: [] }) });
    const [error] = await once(stranger, 'error').catch((reason: unknown) => [reason]);
    expect(error)
      .to.have.property('code')
      .that.matches(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  });

  it('are served with TLS 1.2 or newer only', async () => {
    await using the = await startTheSandbox();
    const [host, port] = the.host.split(':');
    const options = { host, port: Number(port), ca: the.ca };
    const modern = connect({ ...options, maxVersion: 'TLSv1.2' });
    await once(modern, 'secureConnect');
    expect(modern.getProtocol()).to.equal('TLSv1.2');
    modern.destroy();
    const old = connect({
      ...options,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const outcome = await Promise.race([
      once(old, 'secureConnect').then(() => 'connected'),
      once(old, 'error').then(() => 'refused'),
    ]).catch(() => 'refused');
    old.destroy();
    expect(outcome).to.equal('refused');
  });
});
