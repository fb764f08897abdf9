import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { openDownloader } from '../../control-plane/assets/download.ts';
import { digest } from './archive-host.ts';
import { failureOf } from './failure.ts';

const PATIENCE = { connectMs: 200, silenceMs: 200 };

describe('downloading', () => {
  const never = new AbortController().signal;
  let folder: string;
  const servers: Server[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'download-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  it('gives up soon on a host that does not complete a connection', async () => {
    const host = await listen(createServer((socket) => void socket.on('error', () => {})));
    const downloader = openDownloader(never, PATIENCE);
    const said = await failureOf(downloader.readText(`https://${host}/file`));
    expect(said).to.equal(`${host} cannot be reached (UND_ERR_CONNECT_TIMEOUT)`);
    await downloader.close();
  });

  it('gives up on an answer that falls silent', async () => {
    const server = createHttpServer((_, response) => void response.write('the first half'));
    const host = await listen(server);
    const downloader = openDownloader(never, PATIENCE);
    const file = path.join(folder, 'file');
    const archive = { url: `http://${host}/`, algorithm: 'sha256', digest: '' } as const;
    expect(await failureOf(downloader.save(archive, file, () => {}))).to.match(
      /terminated|timeout/i,
    );
    await downloader.close();
    server.closeAllConnections();
  });

  it('follows redirects, says the size, and keeps what has its checksum', async () => {
    const body = Buffer.from('a body');
    const server = createHttpServer((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else response.writeHead(200, { 'content-length': body.length }).end(body);
    });
    const host = await listen(server);
    const downloader = openDownloader(never, PATIENCE);
    const file = path.join(folder, 'file');
    const sizes: number[] = [];
    const url = `http://${host}/a`;
    await downloader.save(
      { url, algorithm: 'sha512', digest: digest('sha512', body) },
      file,
      (bytes) => sizes.push(bytes),
    );
    expect(await readFile(file, 'utf8')).to.equal('a body');
    expect(sizes).to.deep.equal([body.length]);
    const other = downloader.save({ url, algorithm: 'sha512', digest: 'abc' }, file, () => {});
    expect(await failureOf(other)).to.equal(`${url} does not have the checksum that it must have`);
    await downloader.close();
    server.closeAllConnections();
  });

  it('ends when it is no longer wanted', async () => {
    const abort = new AbortController();
    const server = createHttpServer(() => abort.abort(new Error('no longer wanted')));
    const host = await listen(server);
    const downloader = openDownloader(abort.signal, { connectMs: 5000, silenceMs: 5000 });
    expect(await failureOf(downloader.readText(`http://${host}/`))).to.equal('no longer wanted');
    await downloader.close();
    server.closeAllConnections();
  });
});
