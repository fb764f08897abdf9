import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import type { LocatedArchive, ReadText } from './release.ts';

const PATIENCE = {
  /** A machine without Internet must go on to the next source within seconds. */
  connectMs: 4000,
  /** For the headers of an answer, and for each silence within its body. */
  silenceMs: 15_000,
};

export interface Downloader {
  readonly readText: ReadText;
  /** Writes the archive to `file`; rejects unless it hashes to what it must. */
  save(archive: LocatedArchive, file: string, onSize: (bytes: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Downloads over https, through HTTPS_PROXY where that is set. */
export function openDownloader(signal: AbortSignal, patience = PATIENCE): Downloader {
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: patience.connectMs },
    headersTimeout: patience.silenceMs,
    bodyTimeout: patience.silenceMs,
  });

  async function get(url: string): Promise<Response> {
    const answer = await fetch(url, { dispatcher, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new Error(`${new URL(url).host} cannot be reached (${causeOf(error)})`);
    });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    throw new Error(`${url} answers ${answer.status}`);
  }

  return {
    readText: async (url) => (await get(url)).text(),
    async save({ url, algorithm, digest }, file, onSize) {
      const answer = await get(url);
      onSize(Number(answer.headers.get('content-length')));
      const hash = createHash(algorithm);
      const tap = new PassThrough().on('data', (chunk: Buffer) => hash.update(chunk));
      const body = answer.body ? Readable.fromWeb(answer.body) : Readable.from([]);
      await pipeline(body, tap, createWriteStream(file), { signal });
      if (hash.digest('hex') !== digest) {
        throw new Error(`${url} does not have the checksum that it must have`);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** What the network said: fetch hides it in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
