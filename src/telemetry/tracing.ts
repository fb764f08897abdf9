import {
  isSpanContextValid,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';
import { hideSecrets } from './process-secrets.ts';

export { SpanKind, type Attributes, type Span } from '@opentelemetry/api';

/** Does nothing until `startTracing` has registered what records and exports. */
const tracer = trace.getTracer('institution-sync', process.env['INSTITUTION_SYNC_VERSION']);

/**
 * Runs `work` in a span: those that are begun inside become its children. The span ends with the
 * work; a rejection is its failure.
 */
export function inSpan<T>(
  name: string,
  options: { readonly kind?: SpanKind; readonly attributes: Attributes },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, errorType(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Says that what the span stands for has failed: why in one word, and in a text for people. */
export function markFailed(span: Span, type: string, message?: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(message === undefined ? {} : { message: hideSecrets(message) }),
  });
}

/** An error in one word: a fault's reason or the network's code, before the name of a class. */
export function errorType(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('reason' in each && typeof each.reason === 'string') return each.reason;
    if ('code' in each && typeof each.code === 'string') return each.code;
  }
  return error instanceof Error ? error.name : 'Error';
}

/**
 * The ids of the span that is being worked on, in the names that OpenTelemetry gives them in logs;
 * nothing without tracing.
 */
export function spanIds(): { readonly trace_id?: string; readonly span_id?: string } {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { trace_id: context.traceId, span_id: context.spanId };
}
