import type { FirstSyncCase } from './first-sync.ts';
import type { Findings } from './row.ts';

export interface Bench {
  /** As `--only` takes it, and the name of its figures. */
  readonly name: string;
  readonly title: string;
  /** What is smaller or faster than in reality, and what is not. */
  readonly scaled: string;
  /** Its time is waiting, not computing: those run side by side, before all others. */
  readonly waits?: boolean;
  run(): Promise<Findings> | Findings;
}

/** A request every 80 ms, of which it takes a few of the processor: that limits nothing. */
const TIME_SCALE = 5;
const LATENCIES_MS = [0, 80, 300];

/** The benchmarks; `full` is the real size of what is measured, and takes about an hour. */
export function catalogue(full: boolean): readonly Bench[] {
  const count = full ? 13_229 : 300;
  return [
    ...LATENCIES_MS.map((latencyMs) =>
      firstSync(`first-sync-${latencyMs}ms`, { count, latencyMs }),
    ),
    firstSync('first-sync-competitor', { count, latencyMs: 80, competitor: 0.5 }),
    // Where the pacing starts from what is documented, scaled time would cost it a while of learning
    // that it never costs a real tenant: these take their real time.
    firstSync('first-sync-budget', {
      count: full ? 1_000 : 60,
      latencyMs: 80,
      requestBudget: 50,
      timeScale: 1,
    }),
    firstSync('first-sync-essentials', {
      plan: 'essentials',
      count: full ? 300 : 25,
      latencyMs: 80,
      timeScale: 1,
    }),
    firstSync('first-sync-free', {
      plan: 'free',
      count: full ? 1_000 : 100,
      latencyMs: 80,
      timeScale: 1,
    }),
    {
      name: 'fifty',
      title: '50 institutions',
      scaled: 'Nothing: real limits, real time.',
      waits: true,
      run: async () => (await import('./requests.ts')).benchFifty(),
    },
    {
      name: 'requests',
      title: 'Requests of a sync',
      scaled: 'Limits are ample, so that it takes seconds; the number of requests is the same.',
      run: async () => (await import('./requests.ts')).benchRequests(),
    },
    {
      name: 'plan',
      title: 'Plan',
      scaled: 'Nothing: 100,000 real rows, of which a tenth differs.',
      run: async () => (await import('./plan-cpu.ts')).benchPlan(),
    },
    {
      name: 'start',
      title: 'Start',
      scaled: 'Nothing: a real API server, 13,229 institutions.',
      run: async () => (await import('./latency.ts')).benchStart(),
    },
    {
      name: 'idle',
      title: 'Idle',
      scaled: 'Nothing: a real API server, a minute each.',
      run: async () => (await import('./latency.ts')).benchIdle(),
    },
    {
      name: 'memory',
      title: 'Memory and event loop of a whole sync',
      scaled: "Time: an Enterprise tenant's limits refill 400 times as fast. Real API server.",
      run: async () =>
        (await import('./memory.ts')).benchMemory(
          full ? [1_000, 10_000, 50_000, 100_000] : [1_000, 10_000],
        ),
    },
    {
      name: 'scale',
      title: 'Beyond what a machine here can do for real',
      scaled:
        "Time is virtual. The engine and its pacing are the real ones; THE and an Enterprise tenant 80 ms away are models, so the parsing of answers is not in the processor's time. V8 has its own settings, not the smaller ones of the program.",
      run: async () =>
        (await import('./scale.ts')).benchScale(full ? [100_000, 1_000_000, 2_000_000] : [100_000]),
    },
    {
      name: 'shard',
      title: 'One controller of several',
      scaled:
        'Time is virtual, as above. The API server and the watches are not in it: their part is in the figures of the 500 objects.',
      run: async () => (await import('./scale.ts')).benchShard(full ? 2_500 : 250, 50),
    },
    {
      name: 'many-objects',
      title: 'Many objects in one controller',
      scaled: full
        ? "Nothing: a real API server, the tenants' real limits, real time."
        : 'A tenth of the objects, and of those worked on at once.',
      run: async () =>
        (await import('./many-objects.ts')).benchManyObjects(
          full
            ? { objects: 500, organizations: 50, concurrency: 64 }
            : { objects: 50, organizations: 20, concurrency: 16 },
        ),
    },
  ];
}

function firstSync(name: string, given: Partial<FirstSyncCase>): Bench {
  const scene: FirstSyncCase = {
    plan: 'enterprise',
    count: 300,
    latencyMs: 0,
    competitor: 0,
    requestBudget: 100,
    timeScale: TIME_SCALE,
    ...given,
  };
  return {
    name,
    title: `First sync: ${describeScene(scene)}`,
    scaled:
      scene.timeScale === 1
        ? `Nothing but the number of institutions, ${scene.count.toLocaleString('en')}.`
        : `Time: limits refill ${scene.timeScale} times as fast, and answers come ${scene.timeScale} times as early. The start of the program is not scaled.`,
    waits: true,
    run: async () => (await import('./first-sync.ts')).benchFirstSync(scene),
  };
}

function describeScene({ plan, latencyMs, competitor, requestBudget }: FirstSyncCase): string {
  return [
    `${plan} limits`,
    `${latencyMs} ms away`,
    ...(competitor > 0 ? ['another client takes half'] : []),
    ...(requestBudget < 100 ? [`requestBudget ${requestBudget}`] : []),
  ].join(', ');
}
