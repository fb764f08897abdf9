import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { KubernetesError } from './kubernetes-error.ts';

/** Who we are to the API server, at this moment, and how to know it. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  /** Those settings of Node's TLS that a kubeconfig can make. */
  readonly tls: Pick<
    RequestOptions,
    'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
  >;
  /** The kubeconfig's own way to connect, which knows its proxy. */
  readonly agent: Agent | undefined;
}

/**
 * Asks the kubeconfig, that is, reads files again or runs a program where it says so. Rejects with a
 * transient `KubernetesError` that holds no secret. The token file of a pod is read each time: the
 * kubeconfig would use the old token for another minute, which is longer than a lease lasts.
 */
export async function readIdentity(kubeConfig: KubeConfig): Promise<Identity> {
  const options: RequestOptions & { headers?: Record<string, string> } = {};
  let token: string | undefined;
  try {
    await kubeConfig.applyToHTTPSOptions(options);
    const file = tokenFileOf(kubeConfig);
    if (file !== undefined) token = await readFile(file, 'utf8');
  } catch (error) {
    // A SyntaxError quotes what it could not parse, which may be a token.
    const detail = error instanceof Error && !(error instanceof SyntaxError) ? error.message : '';
    throw new KubernetesError(
      'CredentialsUnavailable',
      `The credentials for the Kubernetes API server cannot be read. Check the kubeconfig. ${detail}`.trim(),
      { transient: true },
    );
  }
  const headers: Record<string, string> = {};
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name] = value;
  }
  // A token file may end in a newline.
  if (token !== undefined) headers['Authorization'] = `Bearer ${token.trim()}`;
  if (Object.values(headers).some((value) => NO_HEADER.test(value))) {
    throw new KubernetesError(
      'CredentialsUnavailable',
      'The token for the Kubernetes API server holds characters that no token has. Check the kubeconfig.',
      { transient: true },
    );
  }
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  return {
    headers,
    agent: options.agent instanceof Agent ? options.agent : undefined,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
  };
}

/** What Node refuses in the value of a header. */
const NO_HEADER = /[^\t\x20-\x7e\x80-\xff]/;

const TokenFile = z.object({ tokenFile: z.string() });

/** Where a pod's service account has its token, which the kubelet replaces from time to time. */
function tokenFileOf(kubeConfig: KubeConfig): string | undefined {
  return TokenFile.safeParse(kubeConfig.getCurrentUser()?.authProvider?.config).data?.tokenFile;
}
