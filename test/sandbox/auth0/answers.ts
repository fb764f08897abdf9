import type { Answer } from '../exchange.ts';

const ERRORS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
};

/** The Management API's error body: {statusCode, error, message, errorCode?}. */
export function refusal(statusCode: number, message: string, errorCode?: string): Answer {
  const error = ERRORS[statusCode] ?? 'Error';
  return {
    status: statusCode,
    body: { statusCode, error, message, ...(errorCode === undefined ? {} : { errorCode }) },
  };
}

export const noOrganization = (): Answer =>
  refusal(404, 'No organization found by that id or name');

export const noConnection = (): Answer => refusal(404, 'No connection found by that id');

export function invalidBody(complaint: string): Answer {
  return refusal(400, `Payload validation error: ${complaint}.`, 'invalid_body');
}

export function invalidQuery(complaint: string): Answer {
  return refusal(400, `Query validation error: ${complaint}.`, 'invalid_query_string');
}

/** The error body of the Authentication API: {error, error_description}. */
export function tokenRefusal(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description } };
}
