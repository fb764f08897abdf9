import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from 'tar';
import { executable } from './fake-machine.ts';

export interface ArchiveHost {
  readonly base: string;
  /** The paths that were asked for, in order. */
  readonly requests: string[];
  serve(path: string, body: Buffer | string): void;
  stop(): Promise<void>;
}

/** A web server in place of those that publish archives. */
export async function startArchiveHost(): Promise<ArchiveHost> {
  const bodies = new Map<string, Buffer | string>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    requests.push(url);
    const body = bodies.get(url);
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    base: `http://127.0.0.1:${port}`,
    requests,
    serve: (path, body) => void bodies.set(path, body),
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A gzipped tar with one executable for each name, in `folder`. */
export async function makeArchive(folder: string, names: readonly string[]): Promise<Buffer> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'archive-'));
  try {
    for (const name of names) {
      await executable(path.join(scratch, folder, name), `echo ${name} of the archive`);
    }
    const file = path.join(scratch, 'archive.tar.gz');
    await create({ file, gzip: true, cwd: scratch }, [folder]);
    return await readFile(file);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export function digest(algorithm: 'sha256' | 'sha512', body: Buffer): string {
  return createHash(algorithm).update(body).digest('hex');
}
