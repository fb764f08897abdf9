import { z } from 'zod';
import { Fault } from '../api/fault.ts';
import { UNPRINTABLE } from '../telemetry/unprintable.ts';
import { Incomplete, type Answer } from './exchange.ts';
import { Refusal } from './refusal.ts';
import { Transient } from './retry.ts';

const text = () => z.string().catch('');
/** Both APIs' error bodies; whatever is not there or not text is empty. */
const ErrorBody = z
  .object({ message: text(), error: text(), error_description: text(), errorCode: text() })
  .catch({ message: '', error: '', error_description: '', errorCode: '' });

const LONGEST_MESSAGE = 300;
/** Runs of the characters of a JWT, each looked at once: an answer may be 8 MB long. */
const RUN = /[\w.-]+/g;

/**
 * What Auth0 says of an error, fit for a log line: bounded, without control characters, and without
 * the `secrets` or a token, should the answer repeat what was sent.
 */
export function errorText({ body }: Answer, secrets: readonly string[] = []): string {
  const { message, error_description, error } = ErrorBody.parse(body ?? {});
  const said = message || error_description || error;
  const shown = secrets
    .reduce((sum, secret) => sum.replaceAll(secret, '[hidden]'), said)
    .replaceAll(RUN, withoutToken)
    .replaceAll(UNPRINTABLE, ' ')
    .slice(0, LONGEST_MESSAGE)
    .toWellFormed();
  return shown.trim() === '' ? 'no explanation' : shown;
}

function withoutToken(run: string): string {
  const start = run.search(/\beyJ/);
  return start >= 0 && run.includes('.', start) ? `${run.slice(0, start)}[hidden]` : run;
}

/** Statuses after which the same request may well succeed. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status >= 500;
}

/** Whether the token is refused: what does not even look like a JWT is answered 400, not 401. */
export function refusesToken({ status, body }: Answer): boolean {
  if (status === 400) return ErrorBody.parse(body ?? {}).errorCode === 'Bearer';
  return status === 401;
}

/** What a request is about. */
export interface Target {
  /** The tenant's host. */
  readonly domain: string;
  /** A refusal that concerns one organization, or the creation of one, leaves the others alone. */
  readonly concerns: 'tenant' | 'organization' | 'creation';
}

/** OpenSSL's and Node's words for a certificate that is not trusted; waiting does not mend it. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_/;

/** No complete answer came. */
export function unreachable({ domain }: Pick<Target, 'domain'>, error: unknown): Fault | Transient {
  const cause = networkCause(error);
  if (CERTIFICATE.test(cause)) {
    return new Fault(
      'TargetUnavailable',
      `The certificate of Auth0 (${domain}) is not trusted (${cause}). Check auth0.domain, or give your own CA in NODE_EXTRA_CA_CERTS.`,
      { cause: error },
    );
  }
  return new Transient(
    new Fault(
      'TargetUnavailable',
      `No complete answer from Auth0 (${domain}): ${cause}. The next sync tries again; if this lasts, check the domain, the network and the proxy settings.`,
      { cause: error },
    ),
  );
}

/** An answer that is not what the API documents: half a page must never pass for a short one. */
export function unreadable({ domain }: Pick<Target, 'domain'>, status: number): Transient {
  return new Transient(
    new Fault(
      'TargetUnavailable',
      `Auth0 (${domain}) gave an answer that cannot be read, so nothing is concluded from it. The next sync tries again; if this lasts, check what stands between here and Auth0.`,
      { statusCode: status },
    ),
  );
}

/** Auth0 has a failure of its own. */
export function unavailable({ domain }: Pick<Target, 'domain'>, status: number): Transient {
  return new Transient(
    new Fault(
      'TargetUnavailable',
      `Auth0 (${domain}) answers with status ${status}. The next sync tries again; see https://status.auth0.com.`,
      { statusCode: status },
    ),
  );
}

/**
 * The error that an answer other than success stands for, apart from a refused token and 429, which
 * the request itself deals with. Decided by status; Auth0's words are shown, without the `secrets`.
 */
export function answerError(
  target: Target,
  answer: Answer,
  secrets: readonly string[] = [],
): Error {
  const { status } = answer;
  const { domain, concerns } = target;
  if (isTransientStatus(status)) return unavailable(target, status);
  if (status >= 300 && status < 400) {
    return new Fault(
      'TargetUnavailable',
      `Auth0 (${domain}) answers with a redirect, which is not followed, because the request carries credentials. Check auth0.domain.`,
      { statusCode: status },
    );
  }
  const said = errorText(answer, secrets).replace(/\.$/, '');
  if (lacksScope(answer)) {
    return new Fault(
      'InsufficientScope',
      `Auth0 (${domain}) says: ${said}. Grant the application this scope of the Management API.`,
      { statusCode: status },
    );
  }
  if (concerns === 'creation' && isFull(answer)) {
    return new Fault(
      'CapacityExceeded',
      `Auth0 (${domain}) takes no further organizations: ${said}. Ask Auth0 to raise the tenant's limit, or remove organizations that are not needed.`,
      { statusCode: status },
    );
  }
  if (concerns !== 'tenant') return new Refusal(status, said);
  return new Fault(
    'TargetUnavailable',
    `Auth0 (${domain}) refuses to answer (status ${status}): ${said}. Check auth0.domain and auth0.audience; the next sync tries again.`,
    { statusCode: status },
  );
}

/** Whether Auth0 says that the token lacks a scope. */
export function lacksScope(answer: Answer): boolean {
  if (answer.status !== 403) return false;
  const { errorCode } = ErrorBody.parse(answer.body ?? {});
  return errorCode === 'insufficient_scope' || /insufficient scope/i.test(errorText(answer));
}

/** Auth0 documents the limit of entities, but not its error. */
function isFull(answer: Answer): boolean {
  const { errorCode } = ErrorBody.parse(answer.body ?? {});
  if (errorCode === 'too_many_entities') return true;
  const said = `${errorCode} ${errorText(answer)}`;
  return answer.status === 403 && /limit|quota|maximum|too many/i.test(said);
}

/** The network's code, such as ECONNREFUSED. Other texts of the network may quote what was sent. */
function networkCause(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof Incomplete) return each.message;
    const { code, message } = each as NodeJS.ErrnoException;
    if (code === 'EPROTO') return handshakeCause(message);
    if (typeof code === 'string') return code;
  }
  return 'unknown network error';
}

/** While a request is being written, Node gives OpenSSL's word only in the text; else as this code. */
function handshakeCause(message: string): string {
  const reason = /:SSL routines:[^:]*:([a-z0-9 ]+):/.exec(message)?.[1];
  return reason === undefined ? 'EPROTO' : `ERR_SSL_${reason.replaceAll(' ', '_').toUpperCase()}`;
}
