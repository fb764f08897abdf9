import { context, diag, DiagLogLevel, trace, type DiagLogger } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from './log.ts';
import { samplerFrom } from './sampler.ts';
import type { Environment, Exporter } from './start-tracing.ts';

/**
 * Registers OpenTelemetry's SDK with its API: spans are sampled, gathered and sent by OTLP over HTTP.
 * This file and all that it imports are loaded only when traces are asked for.
 */
export function startExporter(env: Environment, log: Log): Exporter {
  diag.setLogger(diagnostics(log), DiagLogLevel.WARN);
  const named = resourceFromAttributes({
    'service.name': 'institution-sync',
    'service.version': env['INSTITUTION_SYNC_VERSION'] ?? '0.0.0-development',
  });
  const detectors = [
    serviceInstanceIdDetector,
    resourceAttributesEnvDetector,
    serviceNameEnvDetector,
  ];
  const provider = new TracerProvider({
    resource: defaultResource().merge(named).merge(detectResources({ detectors })),
    sampler: samplerFrom(env, log),
    // Endpoint, headers, time-outs, compression and certificates: the exporter reads the variables.
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batch(env) })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    async shutdown() {
      await provider.shutdown();
      trace.disable();
      context.disable();
      diag.disable();
    },
  };
}

/** The variables of the batch span processor, with the defaults of the SDK. */
function batch(env: Environment) {
  const all = {
    scheduledDelayMillis: positive(env['OTEL_BSP_SCHEDULE_DELAY']),
    exportTimeoutMillis: positive(env['OTEL_BSP_EXPORT_TIMEOUT']),
    maxQueueSize: positive(env['OTEL_BSP_MAX_QUEUE_SIZE']),
    maxExportBatchSize: positive(env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE']),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** What OpenTelemetry has to say of itself, as lines of our log. */
function diagnostics(log: Log): DiagLogger {
  const warn = (detail: string) => log.warn('traces: trouble with the export', { detail });
  return { error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} };
}
