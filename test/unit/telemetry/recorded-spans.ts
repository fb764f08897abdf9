import { trace } from '@opentelemetry/api';
import {
  SamplingDecision,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

let recorded: ReadableSpan[] | undefined;
let isStarted = false;

const whileRecorded: Sampler = {
  shouldSample: () => ({
    decision:
      recorded === undefined ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
  }),
};

const recorder: SpanProcessor = {
  onStart() {},
  onEnd: (span) => void recorded?.push(span),
  async forceFlush() {},
  async shutdown() {},
};

/** The spans that end while `work` runs; of other times none is kept. */
export async function spansOf(work: () => Promise<unknown>): Promise<readonly ReadableSpan[]> {
  if (!isStarted) {
    trace.setGlobalTracerProvider(
      new TracerProvider({ sampler: whileRecorded, spanProcessors: [recorder] }),
    );
    isStarted = true;
  }
  const spans: ReadableSpan[] = [];
  recorded = spans;
  try {
    await work();
  } finally {
    recorded = undefined;
  }
  return spans;
}
