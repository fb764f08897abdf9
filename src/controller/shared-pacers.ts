import { tenantHost } from '../api/auth0-settings.ts';
import { createPacer, type Pacer } from '../auth0/pacing/pacer.ts';
import type { Clock } from '../time/clock.ts';

/** One pacer for each tenant, however its domain is spelled. */
export function sharedPacers(clock: Clock): (domain: string) => Pacer {
  const pacers = new Map<string, Pacer>();
  return (domain) => {
    const key = tenantHost(domain);
    const pacer = pacers.get(key) ?? createPacer({ clock });
    pacers.set(key, pacer);
    return pacer;
  };
}
