import { setTimeout as sleep } from 'node:timers/promises';
import { portNumber, type Container, type Probe } from './pod.ts';

export interface ProbeHandlers {
  /** The startup probe has succeeded, or there is none. */
  onStarted(): void;
  onReady(ready: boolean): void;
  /** The startup or liveness probe has failed for good: the container must be started anew. */
  onDead(why: string): void;
}

/**
 * Probes a running container until the signal aborts, as a kubelet does: first the startup probe
 * alone, then readiness and liveness side by side. A container without a readiness probe is ready.
 */
export async function runProbes(
  container: Container,
  address: string,
  handlers: ProbeHandlers,
  signal: AbortSignal,
): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const follow = (probe: Probe, onVerdict: (ok: boolean) => boolean) =>
    followProbe(container, probe, address, onVerdict, signal);
  try {
    let alive = true;
    if (startupProbe) {
      await follow(startupProbe, (ok) => {
        alive = ok;
        return false;
      });
    }
    if (!alive) return handlers.onDead('startup probe failed');
    handlers.onStarted();
    if (!readinessProbe) handlers.onReady(true);
    await Promise.all([
      readinessProbe &&
        follow(readinessProbe, (ok) => {
          handlers.onReady(ok);
          return true;
        }),
      livenessProbe &&
        follow(livenessProbe, (ok) => {
          if (!ok) handlers.onDead('liveness probe failed');
          return ok;
        }),
    ]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Tells each verdict that the thresholds allow, until `onVerdict` returns false. */
async function followProbe(
  container: Container,
  probe: Probe,
  address: string,
  onVerdict: (ok: boolean) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { httpGet, initialDelaySeconds, periodSeconds, successThreshold, failureThreshold } = probe;
  const url = `http://${address}:${portNumber(container, httpGet.port)}${httpGet.path}`;
  let last: boolean | undefined;
  let inRow = 0;
  await sleep(initialDelaySeconds * 1000, undefined, { signal });
  for (;;) {
    const ok = await succeeds(url, probe.timeoutSeconds * 1000, signal);
    inRow = ok === last ? inRow + 1 : 1;
    last = ok;
    if (inRow >= (ok ? successThreshold : failureThreshold) && !onVerdict(ok)) return;
    await sleep(periodSeconds * 1000, undefined, { signal });
  }
}

async function succeeds(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: { connection: 'close' },
    });
    await answer.body?.cancel();
    return answer.status >= 200 && answer.status < 400;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
