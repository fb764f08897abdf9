import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** What an image brings to a container. */
export interface Image {
  readonly entrypoint: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files and folders of this machine by their place in the container. */
  readonly files: Readonly<Record<string, string>>;
}

const ROOT = path.join(import.meta.dirname, '../..');
const Words = z.array(z.string());

/** Every image has it; the container runtime sets it where the image does not. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The image that the project's Dockerfile would build with `dist` as the program. Its base image is
 * stood in for by this machine's libraries and by the Node that runs the tests.
 */
export async function projectImage(dist: string): Promise<Image> {
  const text = await readFile(path.join(ROOT, 'Dockerfile'), 'utf8');
  const final = text.slice(text.lastIndexOf('\nFROM '));
  const instruction = (name: string) =>
    new RegExp(`^${name} (.*)$`, 'm').exec(final)?.[1] ?? `no ${name} in the Dockerfile`;
  const [, from, to] = /^COPY --from=build (\S+) (\S+)$/m.exec(final) ?? [];
  if (from !== '/src/dist' || to === undefined) throw new Error('The Dockerfile copies no dist');
  const [name = '', value = ''] = instruction('ENV').split('=');
  return {
    entrypoint: Words.parse(JSON.parse(instruction('ENTRYPOINT'))),
    args: Words.parse(JSON.parse(instruction('CMD'))),
    env: { PATH, [name]: value },
    files: { [to]: dist, '/nodejs/bin/node': process.execPath },
  };
}
