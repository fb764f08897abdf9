import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** What a command answers; it is sent as JSON. */
export type Command = (body: unknown) => unknown;

/** Commands by name, such as `GET /auth0/requests`. */
export type Commands = Readonly<Record<string, Command>>;

export interface Control {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A small HTTP server on loopback through which other processes drive the sandboxes: GET and POST,
 * JSON in and out. An unknown command is 404; one with a wrong body, or that fails, is 400.
 */
export async function startControl(listen: string, commands: Commands): Promise<Control> {
  const server = createServer((request, response) => {
    serve(commands, request, response).catch(() => response.destroy());
  });
  const [address, port] = listen.split(':');
  server.listen(Number(port), address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');

  return {
    url: `http://${address}:${bound.port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  commands: Commands,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { status, body } = run(
    commands,
    `${request.method} ${request.url}`,
    Buffer.concat(chunks).toString('utf8'),
  );
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body ?? {}));
}

function run(commands: Commands, name: string, text: string): { status: number; body: unknown } {
  const command = commands[name];
  if (!command) return { status: 404, body: { commands: Object.keys(commands) } };
  try {
    return { status: 200, body: command(text === '' ? {} : JSON.parse(text)) };
  } catch (error) {
    return { status: 400, body: { error: messageOf(error) } };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
