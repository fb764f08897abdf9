import { startAuth0Sandbox, type Auth0Options } from '../../sandbox/auth0/start.ts';
import { plainClient } from './plain-client.ts';

export const LIST = 'GET /api/v2/organizations';
export const CREATE = 'POST /api/v2/organizations';

/** A tenant without limits, and a client of it. */
export async function tenant(options: Auth0Options = {}) {
  const auth0 = await startAuth0Sandbox({ plan: 'none', ...options });
  const token = auth0.mintToken();
  const client = await plainClient(`${auth0.url}/api/v2`, token);
  const list = (signal?: AbortSignal) =>
    fetch(`${auth0.url}/api/v2/organizations?take=50`, {
      headers: { authorization: `Bearer ${token}` },
      ...(signal ? { signal } : {}),
    });
  return { auth0, client, list, [Symbol.asyncDispose]: auth0[Symbol.asyncDispose] };
}

/** The code of a failed fetch's cause, such as ECONNRESET. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { cause, name } = Object(error);
    return String(Object(cause).code ?? name);
  }
  return 'no failure';
}
