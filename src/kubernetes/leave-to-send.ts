import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** As client-go's. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Sends the request once it has its connection, handshake included, however long it waited for that.
 * `check` is asked for leave at this last moment: what it throws keeps the bytes back, and is the
 * request's error. So is a connection that is not made in time.
 */
export function sendWithLeave(
  request: ClientRequest,
  body: string | undefined,
  check: () => void,
): void {
  request.once('socket', (socket) => {
    whenConnected(socket, () => {
      try {
        check();
        request.end(body);
      } catch (error) {
        request.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/** A tunnel through a proxy comes connected, and so does a connection that was kept. */
function whenConnected(socket: Socket, onConnected: () => void): void {
  const isTls = socket instanceof TLSSocket;
  // The end of a handshake is a message of its own; the protocol is named before.
  const isConnected = isTls ? socket.getFinished() !== undefined : !socket.connecting;
  if (isConnected) return onConnected();
  const limit = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const giveUp = () => {
    socket.destroy(Object.assign(new Error('not connected in time'), { code: 'ETIMEDOUT' }));
  };
  limit.addEventListener('abort', giveUp);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    limit.removeEventListener('abort', giveUp);
    onConnected();
  });
}
