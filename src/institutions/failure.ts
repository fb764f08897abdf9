import { Fault } from '../api/fault.ts';

/** Why a request brought no page. */
export interface Failure {
  readonly fault: Fault;
  /** Whether the same request may succeed a little later. */
  readonly transient: boolean;
  /** What `Retry-After` asks for; 0 without one. */
  readonly retryAfterMs: number;
}

/** OpenSSL's and Node's words for a certificate that is not trusted; waiting does not mend it. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_/;

const NEXT_SYNC = 'The next sync tries again.';

/** No answer: a name that does not resolve, a refused or cut connection, a TLS failure. */
export function unreachable(where: string, error: unknown): Failure {
  const code = codeOf(error);
  const certificate = CERTIFICATE.test(code);
  const advice = certificate
    ? 'Its certificate is not trusted: check the endpoint, or give your own CA in NODE_EXTRA_CA_CERTS.'
    : `Check the endpoint, the network and the proxy settings. ${NEXT_SYNC}`;
  const fault = new Fault('SourceUnavailable', `No connection to ${where} (${code}). ${advice}`, {
    cause: error instanceof Error ? error.cause : undefined,
  });
  return { fault, transient: !certificate, retryAfterMs: 0 };
}

/** The whole answer, its body included, was not there in time. */
export function timedOut(where: string, limitMs: number): Failure {
  return transient(
    new Fault(
      'SourceUnavailable',
      `${where} did not answer in full within ${limitMs / 1000} seconds. Nothing was changed. ${NEXT_SYNC} If this lasts, check the network and the proxy settings.`,
    ),
  );
}

/** An answer that refuses the request, for now (408, 429, 5xx) or for good. */
export function refused(
  where: string,
  statusCode: number,
  answer: { readonly retryAfterMs: number; readonly redirectHost: string | undefined },
): Failure {
  const passing = statusCode === 408 || statusCode === 429 || statusCode >= 500;
  const fault = new Fault(
    'SourceUnavailable',
    statusCode < 400
      ? redirected(where, answer.redirectHost)
      : answered(where, statusCode, passing),
    { statusCode },
  );
  return { fault, transient: passing, retryAfterMs: answer.retryAfterMs };
}

/** An answer that holds no page: not JSON, another shape, cut short, empty. */
export function unreadable(where: string, statusCode: number, cause: unknown): Failure {
  const message = `The answer of ${where} is not a page of institutions: JSON with rowCount and rows, whole and in UTF-8. Check that the endpoint is THE's list of institutions. ${NEXT_SYNC}`;
  return transient(new Fault('SourceInvalid', message, { statusCode, cause }));
}

/** A page that would fill the memory. */
export function oversized(where: string, limitMegabytes: number): Failure {
  const message = `A page of ${where} is larger than ${limitMegabytes} MB. Choose a smaller institutions.pageSize.`;
  const fault = new Fault('SourceInvalid', message, { statusCode: 200 });
  return { fault, transient: false, retryAfterMs: 0 };
}

/** Page after page comes, and never the last. */
export function endless(where: string, limitHours: number): Fault {
  const message = `The listing of ${where} did not end within ${limitHours} hours. Choose a larger institutions.pageSize. ${NEXT_SYNC}`;
  return new Fault('SourceUnavailable', message);
}

function transient(fault: Fault): Failure {
  return { fault, transient: true, retryAfterMs: 0 };
}

function redirected(where: string, host: string | undefined): string {
  const target = host === undefined ? 'elsewhere' : `to ${host}`;
  return `${where} redirects ${target}, and redirects are not followed. Set institutions.endpoint to the address where THE's institutions are now.`;
}

function answered(where: string, statusCode: number, passing: boolean): string {
  const advice = passing
    ? `Nothing was changed. ${NEXT_SYNC} If this lasts, ask Times Higher Education.`
    : 'Nothing was changed. Check the endpoint, and whether it may be read from here.';
  return `${where} answered ${statusCode}. ${advice}`;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no answer';
}
