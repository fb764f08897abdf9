/** An error as a plain object, for a log line. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  /** Why, in one word, where the error was classified. */
  readonly reason?: string;
  /** The HTTP status of the answer that it is about. */
  readonly statusCode?: number;
  /** Node's or a library's word for it, such as ECONNREFUSED. */
  readonly code?: string | number;
  /** Only of an error that nobody classified. */
  readonly stack?: string;
  readonly cause?: SerializedError;
  /** Of an AggregateError. */
  readonly errors?: readonly SerializedError[];
}

/** Causes of causes that are told. */
const DEEPEST = 4;
const MOST_ERRORS = 5;

/**
 * What a log tells of an error: never a request's configuration, headers or body, which errors of HTTP
 * clients carry and which hold credentials. Anything may be thrown, so anything is accepted.
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) return { name: typeof error, message: describe(error) };
  const reason = read(error, 'reason');
  const statusCode = read(error, 'statusCode') ?? read(error, 'status');
  const code = read(error, 'code');
  const stack = read(error, 'stack');
  const cause = read(error, 'cause');
  const errors = read(error, 'errors');
  const classified = typeof reason === 'string' || typeof statusCode === 'number';
  const deeper = depth < DEEPEST;
  return {
    name: describe(read(error, 'name')),
    message: describe(read(error, 'message')),
    ...(typeof reason === 'string' && { reason }),
    ...(typeof statusCode === 'number' && { statusCode }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(!classified && depth === 0 && typeof stack === 'string' && { stack }),
    ...(deeper && cause !== undefined && cause !== null
      ? { cause: serializeError(cause, depth + 1) }
      : {}),
    ...(deeper && Array.isArray(errors)
      ? { errors: errors.slice(0, MOST_ERRORS).map((one) => serializeError(one, depth + 1)) }
      : {}),
  };
}

function read(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return undefined;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return String(value);
  } catch {
    return 'a value without a description';
  }
}
