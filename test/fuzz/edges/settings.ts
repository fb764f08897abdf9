import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FLAGS } from '../../../src/cli/settings/flags.ts';
import { readCommandCredentials } from '../../../src/cli/settings/command-credentials.ts';
import { settingsFrom } from '../../../src/cli/settings/read-settings.ts';
import { readValues } from '../../../src/cli/settings/values.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { corpusList } from '../corpus.ts';
import { defineEdge } from '../edge.ts';
import { CANARY, declared } from '../judge.ts';
import { longText, nastyText } from '../nasty.ts';

type Texts = Readonly<Record<string, string>>;
interface Given {
  readonly flags: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly environment: Texts;
  /** Of a file for --env-file. */
  readonly file: string;
}

const names = FLAGS.map(({ name }) => name);
const anyName = fc.constantFrom(...names);
const RIGHT: Texts = {
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_CLIENT_ID: 'id',
  AUTH0_CLIENT_SECRET: CANARY,
};
const value = fc.oneof(
  longText,
  fc.constantFrom('1800000', '30m', 'true', '5%', 'a,b', '7', 'Plan', 'web,country'),
);

const folder = mkdtempSync(join(tmpdir(), 'fuzz-settings-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A command's flags, its environment and its --env-file. */
export const settings = defineEdge<Given>({
  name: 'settings',
  corpus: () => [
    ...corpusList<Given>('settings.json'),
    [
      'long values',
      {
        flags: Object.fromEntries(names.map((name) => [name, 'x'.repeat(1_000_000)])),
        environment: {},
        file: '',
      },
    ],
    [
      'long lists',
      {
        flags: { METADATA: 'x,'.repeat(200_000), CONNECTION_NAME: '-a,'.repeat(100_000) },
        environment: RIGHT,
        file: '',
      },
    ],
    ['long file', { flags: {}, environment: RIGHT, file: `NAP="${'\\n'.repeat(500_000)}` }],
  ],
  made: fc.record({
    flags: fc.dictionary(
      anyName,
      fc.oneof(value, fc.boolean(), fc.array(nastyText, { maxLength: 3 })),
      { maxKeys: 5 },
    ),
    environment: fc
      .tuple(fc.dictionary(anyName, value, { maxKeys: 4 }), fc.boolean())
      .map(([some, right]) => ({ ...(right ? RIGHT : {}), ...some })),
    file: fc
      .array(fc.tuple(anyName, nastyText), { maxLength: 4 })
      .map((lines) => lines.map((line) => line.join('=')).join('\n')),
  }),
  attempt({ flags, environment, file }) {
    const path = join(folder, 'settings.env');
    writeFileSync(path, file);
    return declared(() => {
      const { credentialKeys } = settingsFrom(readValues(flags, environment, [path]));
      readCommandCredentials(credentialKeys);
    }, UsageError);
  },
});
