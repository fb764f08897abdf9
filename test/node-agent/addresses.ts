import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { certificates } from '../sandbox/certificates.ts';

/** Where a kubelet listens. */
export const KUBELET_PORT = 10_250;

/** A network 127.x.y.0/24 that no other process of its kind uses. Linux has all of it on loopback. */
export interface Network {
  /** Of the agent, which serves the nodes' own port there. */
  readonly node: string;
  /** A new address for a pod. */
  nextPod(): string;
  close(): Promise<void>;
}

const FIRST_POD = 10;
const LAST_POD = 254;

/** Claims a network by listening on its first address, as a kubelet does, with `serve`. */
export async function claimNetwork(serve: RequestListener): Promise<Network> {
  const { key, cert } = await certificates();
  for (;;) {
    const prefix = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
    const node = `${prefix}.1`;
    const server = createServer({ key, cert }, serve);
    if (!(await listens(server, node))) continue;
    let last = FIRST_POD - 1;
    return {
      node,
      nextPod() {
        if (last === LAST_POD) throw new Error('The node has no address left');
        last += 1;
        return `${prefix}.${last}`;
      },
      async close() {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      },
    };
  }
}

async function listens(server: Server, host: string): Promise<boolean> {
  try {
    server.listen(KUBELET_PORT, host);
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}
