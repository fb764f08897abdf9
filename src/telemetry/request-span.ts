import { errorType, inSpan, markFailed, SpanKind } from './tracing.ts';

/** A request that is sent, as far as a trace may show it: without ids, query and credentials. */
export interface TracedRequest {
  readonly method: string;
  readonly url: URL;
  /** The path with names in place of ids, so that few differ: `/organizations/{id}`. */
  readonly template: string;
}

/** What became of a request. */
export interface RequestOutcome {
  answered(status: number): void;
  /** There is no usable answer, although the work does not reject. */
  failed(error: unknown): void;
}

/** Runs a request in a span with the attributes of the semantic conventions for HTTP clients. */
export function inRequestSpan<T>(
  { method, url, template }: TracedRequest,
  work: (outcome: RequestOutcome) => Promise<T>,
): Promise<T> {
  const attributes = {
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
    'url.scheme': url.protocol.slice(0, -1),
    'url.template': template,
  };
  return inSpan(`${method} ${template}`, { kind: SpanKind.CLIENT, attributes }, (span) =>
    work({
      answered(status) {
        span.setAttribute('http.response.status_code', status);
        if (status >= 400) markFailed(span, String(status));
      },
      failed: (error) => markFailed(span, errorType(error)),
    }),
  );
}
