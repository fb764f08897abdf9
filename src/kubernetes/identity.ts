import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubernetesError } from './kubernetes-error.ts';

/** Who we are to the API server, at this moment, and how to know it. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  /** Those settings of Node's TLS that a kubeconfig can make. */
  readonly tls: Pick<
    RequestOptions,
    'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
  >;
}

/**
 * Asks the kubeconfig, that is, reads files again or runs a program where it says so. Rejects with a
 * transient `KubernetesError` that holds no secret.
 */
export async function readIdentity(kubeConfig: KubeConfig): Promise<Identity> {
  const options: RequestOptions & { headers?: Record<string, string> } = {};
  try {
    await kubeConfig.applyToHTTPSOptions(options);
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
    // A token file may end in a newline.
    headers[name] = value.trim();
  }
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  return {
    headers,
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
