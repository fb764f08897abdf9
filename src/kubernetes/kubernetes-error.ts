import { z } from 'zod';
import { UNPRINTABLE } from '../telemetry/unprintable.ts';

/** The server's words in it may list all that is wrong with a large object. */
const LONGEST_MESSAGE = 1_000;

/** An answer of the Kubernetes API server that is an error, or no answer at all. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  /** The HTTP status; undefined when there was no answer. */
  readonly statusCode: number | undefined;
  /** The API's word for the cause, such as `Forbidden`, or the network's, such as `ECONNREFUSED`. */
  readonly reason: string;
  /** Whether the same request may well succeed a little later. */
  readonly transient: boolean;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: string,
    message: string,
    options: {
      statusCode?: number;
      transient?: boolean;
      retryAfterMs?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message.slice(0, LONGEST_MESSAGE).replace(UNPRINTABLE, ' ').toWellFormed(), {
      cause: options.cause,
    });
    this.reason = reason;
    this.statusCode = options.statusCode;
    this.transient = options.transient ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether the object was changed or made by another since it was read; read it again and decide anew. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubernetesError && ['Conflict', 'AlreadyExists'].includes(error.reason);
}

/**
 * Whether there is no such object. The other kind of 404, that the server does not know the resource
 * (its CRD is not installed), is `UnknownResource` and must not read as "the object is gone".
 */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesError && error.reason === 'NotFound';
}

/** Whether a list or watch asked for a state that the server no longer holds: list anew. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubernetesError && error.statusCode === 410;
}

/** The API's error body; only what is used, and nothing of it is certain. */
const Status = z.object({
  /** One word; it becomes a label of metrics. */
  reason: z
    .string()
    .regex(/^[A-Za-z]{1,64}$/)
    .optional()
    .catch(undefined),
  message: z.string().optional().catch(undefined),
  code: z.number().int().optional().catch(undefined),
  details: z
    .object({
      name: z.string().optional().catch(undefined),
      retryAfterSeconds: z.number().nonnegative().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});
type Status = z.infer<typeof Status>;

/** Longer is no wait that a server means. */
const LONGEST_RETRY_AFTER_S = 86_400;

/** Statuses after which client-go too tries again. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The error that an answer with this status and body stands for. `request` says for people what was
 * asked: "list secrets". `retryAfter` is that header in seconds, or NaN.
 */
export function answerError(
  request: string,
  statusCode: number,
  body: string,
  retryAfter: number,
): KubernetesError {
  const status = readStatus(body);
  return statusError(request, statusCode, status, status.details?.retryAfterSeconds ?? retryAfter);
}

/** The error that an ERROR event of a watch stands for. */
export function watchEventError(request: string, object: unknown): KubernetesError {
  const status = Status.safeParse(object).data ?? {};
  const seconds = status.details?.retryAfterSeconds ?? Number.NaN;
  return statusError(request, status.code ?? 500, status, seconds);
}

/** The error for a request that got no readable answer; `server` is the API server's address. */
export function networkError(server: string, cause: unknown): KubernetesError {
  const code = errorCode(cause);
  return new KubernetesError(
    code,
    `The Kubernetes API server ${server} cannot be reached (${code}). Check the network and the server's state.`,
    { transient: true, cause },
  );
}

/** The error for a request that took too long. */
export function timeoutError(server: string): KubernetesError {
  return new KubernetesError(
    'Timeout',
    `The Kubernetes API server ${server} did not answer in time. Check its state.`,
    { transient: true },
  );
}

/** The error for an answer that is not of the API; a proxy between may have made it. */
export function invalidAnswerError(server: string): KubernetesError {
  return new KubernetesError(
    'InvalidAnswer',
    `The answer of the Kubernetes API server ${server} cannot be read. Check what lies between.`,
    { transient: true },
  );
}

function statusError(
  request: string,
  statusCode: number,
  status: Status,
  retryAfterSeconds: number,
): KubernetesError {
  const unknown = statusCode === 404 && status.details?.name === undefined;
  const message = unknown
    ? 'it does not know this resource. Is the CustomResourceDefinition installed?'
    : (status.message ?? `HTTP status ${statusCode}`);
  return new KubernetesError(
    unknown ? 'UnknownResource' : (status.reason ?? `Status${statusCode}`),
    `The Kubernetes API server refused to ${request}: ${message}`,
    {
      statusCode,
      transient: TRANSIENT_STATUSES.has(statusCode),
      ...(retryAfterSeconds >= 0 && {
        retryAfterMs: Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_S) * 1000,
      }),
    },
  );
}

function readStatus(body: string): Status {
  try {
    return Status.safeParse(JSON.parse(body)).data ?? {};
  } catch {
    return {};
  }
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : errorCode(error.cause);
}
