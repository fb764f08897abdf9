import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import type { Answer } from './exchange.ts';
import { Refusal } from './refusal.ts';
import { Transient } from './retry.ts';

const ErrorBody = z
  .object({
    message: z.string().catch(''),
    error: z.string().catch(''),
    error_description: z.string().catch(''),
    errorCode: z.string().catch(''),
  })
  .catch({ message: '', error: '', error_description: '', errorCode: '' });

const LONGEST_MESSAGE = 300;

/** What Auth0 says of an error, fit for a log line: bounded and without control characters. */
export function errorText({ body }: Answer): string {
  const { message, error_description, error } = ErrorBody.parse(body ?? {});
  const text = message || error_description || error || 'no explanation';
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, LONGEST_MESSAGE);
}

/** Statuses after which the same request may well succeed. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status >= 500;
}

export interface Target {
  /** The tenant's host. */
  readonly domain: string;
  readonly isWrite: boolean;
}

/** No complete answer came. */
export function unreachable({ domain }: Target, error: unknown): Transient {
  return new Transient(
    new Fault(
      'TargetUnavailable',
      `No complete answer from Auth0 (${domain}): ${networkCause(error)}. The next sync tries again; if this lasts, check the domain, the network and the proxy settings.`,
      { cause: error },
    ),
  );
}

/** A 200 that is not what the API documents: half a page must never pass for a short one. */
export function unreadable({ domain }: Target, status: number): Transient {
  return new Transient(
    new Fault(
      'TargetUnavailable',
      `Auth0 (${domain}) gave an answer that cannot be read, so nothing is concluded from it. The next sync tries again; if this lasts, check what stands between here and Auth0.`,
      { statusCode: status },
    ),
  );
}

/**
 * The error that an answer other than success stands for, apart from 401 and 429, which the request
 * itself deals with. Decided by status; Auth0's words are shown.
 */
export function answerError(target: Target, answer: Answer): Error {
  const { status } = answer;
  const { domain, isWrite } = target;
  const text = errorText(answer);
  if (isTransientStatus(status)) {
    return new Transient(
      new Fault(
        'TargetUnavailable',
        `Auth0 (${domain}) answers with status ${status}. The next sync tries again; see https://status.auth0.com.`,
        { statusCode: status },
      ),
    );
  }
  const { errorCode } = ErrorBody.parse(answer.body ?? {});
  if (status === 403 && (errorCode === 'insufficient_scope' || /insufficient scope/i.test(text))) {
    return new Fault(
      'InsufficientScope',
      `Auth0 (${domain}) says: ${text}. Grant the application this scope of the Management API.`,
      { statusCode: status },
    );
  }
  if (status === 403 && isWrite && /limit|quota|maximum/i.test(`${errorCode} ${text}`)) {
    return new Fault(
      'CapacityExceeded',
      `Auth0 (${domain}) takes no further organizations: ${text}. Ask Auth0 to raise the tenant's limit, or remove organizations that are not needed.`,
      { statusCode: status },
    );
  }
  if (isWrite) return new Refusal(status, text);
  return new Fault(
    'TargetUnavailable',
    status >= 300 && status < 400
      ? `Auth0 (${domain}) answers with a redirect, which is not followed, because the request carries credentials. Check auth0.domain.`
      : `Auth0 (${domain}) refuses to answer (status ${status}): ${text}.`,
    { statusCode: status },
  );
}

function networkCause(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return error.cause === undefined ? error.message : networkCause(error.cause);
}
