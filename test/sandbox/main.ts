// Both sandboxes as a process of their own; see USAGE. It prints one line of JSON and stays.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startAuth0Sandbox } from './auth0/start.ts';
import { caFile } from './certificates.ts';
import { sandboxCommands } from './commands.ts';
import { startControl } from './control.ts';
import { institutions } from './institutions.ts';
import { startTheSandbox } from './the/start.ts';

const USAGE = `node test/sandbox/main.ts [options]
  --auth0 127.0.0.1:PORT      where Auth0's stand-in listens; a free port by default, as for the next two
  --the 127.0.0.1:PORT        where THE's stand-in listens
  --control 127.0.0.1:PORT    where the control API listens (plain HTTP)
  --plan NAME                 free, essentials, enterprise (default) or none
  --refill KIND               continuous (default), per-second or top-of-minute
  --time-scale N              how many times as fast the limits refill; 1 by default
  --fractional-reset          x-ratelimit-reset with decimals
  --institutions N            rows of THE; 300 by default
  --row-count KIND            page (default) or total
  --organizations N           organizations that the tenant has from the start, made by hand; 0 by default
  --entity-limit N            the most organizations of the tenant; 100000 by default
  --newer-tenant              organizations carry the fields that tenants of 2026 add
  --latency-ms N              how long each answer is on its way; 0 by default
  --ca-file PATH              where to write the authority for NODE_EXTRA_CA_CERTS; a temporary file by default`;

const whole = z.coerce.number().int().min(0);
const Flags = z.object({
  auth0: z.string().default('127.0.0.1:0'),
  the: z.string().default('127.0.0.1:0'),
  control: z.string().default('127.0.0.1:0'),
  plan: z.enum(['free', 'essentials', 'enterprise', 'none']).default('enterprise'),
  refill: z.enum(['continuous', 'per-second', 'top-of-minute']).default('continuous'),
  'time-scale': z.coerce.number().positive().default(1),
  'fractional-reset': z.boolean().default(false),
  institutions: whole.default(300),
  'row-count': z.enum(['page', 'total']).default('page'),
  organizations: whole.default(0),
  'entity-limit': whole.default(100_000),
  'newer-tenant': z.boolean().default(false),
  'latency-ms': whole.default(0),
  'ca-file': z.string().optional(),
});

function readFlags(): z.infer<typeof Flags> {
  const switches = new Set(['fractional-reset', 'newer-tenant']);
  const options = Object.fromEntries(
    Object.keys(Flags.shape).map((name) => [
      name,
      { type: switches.has(name) ? 'boolean' : 'string' } as const,
    ]),
  );
  try {
    return Flags.parse(parseArgs({ options }).values);
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    console.error(`${message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

const flags = readFlags();
const latencyMs = flags['latency-ms'];
await using auth0 = await startAuth0Sandbox({
  listen: flags.auth0,
  plan: flags.plan,
  refill: flags.refill,
  timeScale: flags['time-scale'],
  fractionalReset: flags['fractional-reset'],
  entityLimit: flags['entity-limit'],
  newerTenant: flags['newer-tenant'],
  latencyMs,
});
await using the = await startTheSandbox({
  listen: flags.the,
  rowCount: flags['row-count'],
  rows: institutions(flags.institutions),
  latencyMs,
});
auth0.seed(
  Array.from({ length: flags.organizations }, (_, index) => ({
    name: `made-by-hand-${index + 1}`,
  })),
);
const control = await startControl(flags.control, sandboxCommands(auth0, the));
const ca = flags['ca-file'] ?? (await caFile());
if (flags['ca-file']) writeFileSync(ca, auth0.ca);

const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
console.log(
  JSON.stringify({
    auth0: auth0.url,
    domain: auth0.domain,
    audience: auth0.audience,
    tokenEndpoint: auth0.tokenEndpoint,
    clientId: auth0.clientId,
    clientSecret: auth0.clientSecret,
    the: the.url,
    institutionsEndpoint: the.endpoint,
    control: control.url,
    caFile: ca,
  }),
);
await stopped;
await control.stop();
