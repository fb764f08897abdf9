import { execFile } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';

const ROOT = path.join(import.meta.dirname, '../../..');

const ADVISORY = {
  id: 1,
  url: 'https://advisories.example/1',
  title: 'Tells everything to everybody',
  severity: 'high',
  vulnerable_versions: '>=1.0.0',
};

/** `npm run supply-chain`, with npm's questions answered by a registry of our own. */
async function supplyChain(registry: Server): Promise<{ code: unknown; said: string }> {
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const { port } = registry.address() as AddressInfo;
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_fetch_retries: '0',
    // The roots of signatures are not the registry's: nobody else is asked, nor is this proxy one.
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    https_proxy: `http://127.0.0.1:${port}`,
    NO_PROXY: '',
    no_proxy: '',
  };
  const script = path.join(ROOT, 'scripts/supply-chain.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { cwd: ROOT, env }, (error, stdout, stderr) => {
      registry.close();
      resolve({ code: error?.code ?? 0, said: stdout + stderr });
    });
  });
}

/** Knows a vulnerability of axios, and nothing else. */
const knowing: RequestListener = (request, response) => {
  request.resume();
  const isQuestion = request.url?.endsWith('/advisories/bulk') === true;
  const answer = isQuestion ? { axios: [ADVISORY] } : {};
  response.setHeader('content-type', 'application/json').writeHead(isQuestion ? 200 : 404);
  response.end(JSON.stringify(answer));
};

describe('npm run supply-chain', function () {
  this.timeout(120_000);

  it('fails when the registry knows a vulnerability of what is shipped', async () => {
    const { code, said } = await supplyChain(createServer(knowing));
    expect(code).to.equal(1);
    expect(said).to.match(/^Vulnerabilities: axios .*is vulnerable \(high\)$/m);
  });

  it('says that it has not checked when the registry does not answer', async () => {
    const { code, said } = await supplyChain(
      createServer((_request, response) => response.writeHead(503).end()),
    );
    expect(code).to.equal(0);
    expect(said).to.include('Vulnerabilities: not checked, the registry does not answer (503 ');
    expect(said).to.include('Signatures: not checked, the registry does not answer (');
  });
});
