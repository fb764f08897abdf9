// So many tenants of so many organizations on a virtual clock, in one process: prints as JSON what
// their syncs take. `node test/bench/scale-process.ts ORGANIZATIONS [TENANTS CONCURRENCY]`
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pool } from '../../src/sync/pool.ts';
import { institutions } from '../sandbox/institutions.ts';
import { createVirtualClock } from '../unit/auth0/pacing/virtual-clock.ts';
import { openModelService, type ModelService } from './model-service.ts';
import { residentMegabytes } from './process-usage.ts';

export interface ScaleFigures {
  readonly organizations: number;
  readonly tenants: number;
  readonly concurrency: number;
  /** Of all tenants, into nothing. */
  readonly first: RoundFigures;
  /** The next ones, for which all organizations are read again. */
  readonly next: RoundFigures;
  readonly mostMegabytes: number;
}

interface RoundFigures {
  /** On the virtual clock. */
  readonly seconds: number;
  readonly requests: number;
  readonly refused: number;
  /** Of this processor, the models included. */
  readonly cpuSeconds: number;
}

/** Real ones; their file is small, so that reading it does not show in the memory. */
const NAMES = 13_229;

const [organizations = 1_000, tenants = 1, concurrency = 1] = process.argv.slice(2).map(Number);
const clock = createVirtualClock();
const names = institutions(Math.min(NAMES, organizations)).map(({ name }) => name);
const services = Array.from({ length: tenants }, () =>
  openModelService({ clock, institutions: organizations, names, driftIntervalMs: 0 }),
);

function sumOf(count: (service: ModelService) => number): number {
  return services.reduce((sum, service) => sum + count(service), 0);
}

async function round(): Promise<RoundFigures> {
  const startedAt = clock.now();
  const requests = sumOf((service) => service.requests());
  const refused = sumOf((service) => service.refused());
  const cpu = process.cpuUsage();
  const { signal } = new AbortController();
  await clock.run(
    pool(services, concurrency, (service) => service.sync(), signal),
    nextTurn,
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (clock.now() - startedAt) / 1000,
    requests: sumOf((service) => service.requests()) - requests,
    refused: sumOf((service) => service.refused()) - refused,
    cpuSeconds: (user + system) / 1e6,
  };
}

const first = await round();
const next = await round();
const { most: mostMegabytes } = await residentMegabytes(process.pid);
const figures: ScaleFigures = { organizations, tenants, concurrency, first, next, mostMegabytes };
console.log(JSON.stringify(figures));
