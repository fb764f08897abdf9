import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Log } from './log.ts';
import type { Environment } from './start-tracing.ts';

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for; all without them. */
export function samplerFrom(env: Environment, log: Log): Sampler {
  const asked = env['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on';
  const isParentBased = asked.startsWith('parentbased_');
  const root = rootSampler(isParentBased ? asked.slice('parentbased_'.length) : asked, env, log);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, env: Environment, log: Log): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  if (name === 'traceidratio') {
    const ratio = Number(env['OTEL_TRACES_SAMPLER_ARG'] || 1);
    if (ratio >= 0 && ratio <= 1) return new TraceIdRatioBasedSampler(ratio);
    log.warn('traces: OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1; all are sampled');
  } else {
    log.warn('traces: OTEL_TRACES_SAMPLER is not known; all are sampled');
  }
  return new AlwaysOnSampler();
}
