import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';

/** PEM texts: the authority that clients must trust, and a server's own key and certificate. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

let made: Promise<Certificates> | undefined;
let file: Promise<string> | undefined;
let trusted: Promise<void> | undefined;

/** The process's certificate authority and a certificate of it for 127.0.0.1, ::1 and localhost. */
export function certificates(): Promise<Certificates> {
  made ??= make();
  return made;
}

/** The authority as a file for NODE_EXTRA_CA_CERTS; it is removed when the process exits. */
export function caFile(): Promise<string> {
  file ??= writeAuthority();
  return file;
}

/** Makes every TLS client of this process (fetch, axios, undici) trust the sandboxes. */
export function trustSandboxes(): Promise<void> {
  trusted ??= trust();
  return trusted;
}

async function make(): Promise<Certificates> {
  // Yesterday, so that a client whose clock is a little slow accepts it too.
  const notBeforeDate = new Date(Date.now() - DAY_MS);
  const notAfterDate = new Date(Date.now() + 365 * DAY_MS);
  const authority = await generate([{ name: 'commonName', value: 'Sandbox CA' }], {
    ...KEY,
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...KEY,
    notBeforeDate,
    notAfterDate,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}

async function writeAuthority(): Promise<string> {
  const { ca } = await certificates();
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-ca-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, ca);
  return path;
}

async function trust(): Promise<void> {
  const { ca } = await certificates();
  setDefaultCACertificates([...getCACertificates('default'), ca]);
}
