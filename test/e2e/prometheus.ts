import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'mocha';
import { z } from 'zod';
import { firstExecutable } from '../control-plane/assets/cache.ts';
import { runCommand, type CommandResult } from '../control-plane/command.ts';
import { openLifeline } from '../control-plane/lifeline.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus that scrapes one target each second. */
export interface Prometheus extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** What an instant query finds now. Rejects with what Prometheus says of a wrong query. */
  query(expr: string): Promise<readonly Sample[]>;
  /** Values of a label over the series that match; all series without `match`. */
  labelValues(label: string, match?: string): Promise<readonly string[]>;
  rules(): Promise<readonly Rule[]>;
  /** Asks again until `fits`; rejects after a minute with what was found last. */
  until(expr: string, fits: (samples: readonly Sample[]) => boolean): Promise<readonly Sample[]>;
  /** Resolves when a scrape that begins after this call has been taken in. */
  scraped(): Promise<void>;
  /** Resolves when each rule has looked at what was taken in before this call. */
  evaluated(): Promise<void>;
}

export interface PrometheusOptions {
  /** `host:port` of the metrics. */
  readonly target: string;
  /** What service discovery would add to each series, such as the pod's namespace. */
  readonly labels: Readonly<Record<string, string>>;
  readonly honorLabels: boolean;
  /** The content of a file of rules, which are evaluated each second. */
  readonly rules?: object;
}

const LATEST_MS = 60_000;
const INTERVAL_MS = 1000;

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});
const Values = z.object({ data: z.array(z.string()) });
const Rule = z.object({
  name: z.string(),
  health: z.string(),
  lastError: z.string().optional(),
  lastEvaluation: z.string(),
  alerts: z
    .array(
      z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
    )
    .optional(),
});
export type Rule = z.output<typeof Rule>;
const Rules = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(Rule) })) }) });

/** The program's path, or the tests of this suite are skipped, which is said. */
export async function programOrSkip(test: Context, name: string): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const file = await firstExecutable(folders.map((folder) => path.join(folder, name)));
  if (file !== undefined) return file;
  console.log(`    Skipped: there is no ${name} on the PATH (Debian's package prometheus has it).`);
  return test.skip();
}

/** Runs promtool in a new folder that holds these files. */
export async function promtool(
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  input = '',
): Promise<CommandResult> {
  const lifeline = await openLifeline(path.join(tmpdir(), 'institution-sync-promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(path.join(lifeline.folder, name), content);
    }
    const placed = args.map((arg) => (arg in files ? path.join(lifeline.folder, arg) : arg));
    return await runCommand(lifeline, program, placed, process.env, { input });
  } finally {
    await lifeline.end();
  }
}

/** Starts it on a free port of 127.0.0.1; it and its data do not outlive this process. */
export async function startPrometheus(
  program: string,
  { target, labels, honorLabels, rules }: PrometheusOptions,
): Promise<Prometheus> {
  const lifeline = await openLifeline(path.join(tmpdir(), 'institution-sync-prometheus-'));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: rules === undefined ? [] : ['rules.json'],
    scrape_configs: [
      {
        job_name: 'institution-sync-metrics',
        honor_labels: honorLabels,
        static_configs: [{ targets: [target], labels }],
      },
    ],
  };
  const { folder } = lifeline;
  // JSON is YAML.
  await writeFile(path.join(folder, 'prometheus.json'), JSON.stringify(config));
  await writeFile(path.join(folder, 'rules.json'), JSON.stringify(rules ?? {}));
  const child = spawn(program, [
    `--config.file=${path.join(folder, 'prometheus.json')}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--log.format=json',
  ]);
  const exited = once(child, 'exit');
  if (child.pid !== undefined) await lifeline.note(child.pid);
  const url = await addressOf(child.stderr, exited);

  async function get<T>(schema: z.ZodType<T>, resource: string): Promise<T> {
    const answer = await fetch(`${url}/api/v1/${resource}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Prometheus: ${text}`);
    return schema.parse(JSON.parse(text));
  }

  async function query(expr: string): Promise<readonly Sample[]> {
    const { data } = await get(Answer, `query?query=${encodeURIComponent(expr)}`);
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async function until(
    expr: string,
    fits: (samples: readonly Sample[]) => boolean,
  ): Promise<readonly Sample[]> {
    const end = Date.now() + LATEST_MS;
    for (;;) {
      const samples = await query(expr);
      if (fits(samples)) return samples;
      if (Date.now() > end) throw new Error(`${expr} is still ${JSON.stringify(samples)}`);
      await sleep(200);
    }
  }

  async function listRules(): Promise<readonly Rule[]> {
    return (await get(Rules, 'rules')).data.groups.flatMap((group) => group.rules);
  }

  return {
    url,
    query,
    until,
    async labelValues(label, match) {
      const matches = match === undefined ? '' : `?match[]=${encodeURIComponent(match)}`;
      return (await get(Values, `label/${label}/values${matches}`)).data;
    },
    rules: listRules,
    async scraped() {
      const since = Date.now() / 1000;
      await until('timestamp(up)', (samples) => samples.some(({ value }) => value > since));
    },
    async evaluated() {
      // A rule looks at the moment that it was due, which is up to an interval before it begins.
      const since = Date.now() + INTERVAL_MS;
      const end = since + LATEST_MS;
      for (;;) {
        const late = (await listRules()).filter((rule) => Date.parse(rule.lastEvaluation) <= since);
        if (late.length === 0) return;
        if (Date.now() > end) throw new Error(`not evaluated yet: ${JSON.stringify(late)}`);
        await sleep(200);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      await lifeline.end();
    },
  };
}

async function addressOf(log: NodeJS.ReadableStream, exited: Promise<unknown[]>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const said: string[] = [];
  createInterface({ input: log }).on('line', (line) => {
    said.push(line);
    const [, address] = /"address":"([^"]+)".*"msg":"Listening on"/.exec(line) ?? [];
    if (address !== undefined) resolve(`http://${address}`);
  });
  void exited.then(() => reject(new Error(`Prometheus ended: ${said.slice(-3).join('\n')}`)));
  const url = await promise;
  for (;;) {
    const ready = await fetch(`${url}/-/ready`);
    if (ready.ok) return url;
    await sleep(100);
  }
}
