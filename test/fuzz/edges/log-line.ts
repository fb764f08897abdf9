import fc from 'fast-check';
import { jsonLine, prettyLine } from '../../../src/telemetry/log-line.ts';
import { createSecrets } from '../../../src/telemetry/secrets.ts';
import { printable } from '../../../src/cli/screen/printable.ts';
import { defineEdge } from '../edge.ts';
import { CANARY, judgeMessage, must } from '../judge.ts';
import { NASTY_TEXTS, longText, nastyValue } from '../nasty.ts';

const secrets = createSecrets();
secrets.hide(CANARY);

/** Words of others on their way into the log and onto a terminal. */
export const logLine = defineEdge<{ readonly text: string; readonly value: unknown }>({
  name: 'log-line',
  corpus: () => [
    ...NASTY_TEXTS.map(
      (text) => [JSON.stringify(text), { text, value: { [text]: text } }] as const,
    ),
    ...[
      '-eyJ',
      'eyJ',
      'eyJaaaaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN ',
      '-----END ',
      'Bearer ',
      'Basic',
      '://',
      '://a:',
      ':',
      '@',
      'password="',
      'client_secret" : ',
      'access_token',
      CANARY.slice(0, -1),
      '\n',
      '\u{202e}',
    ].map(
      (text) =>
        [`many ${text}`, { text: text.repeat(1_000_000 / text.length), value: null }] as const,
    ),
  ],
  made: fc.record({ text: longText, value: nastyValue }),
  attempt({ text, value }) {
    for (const line of [jsonLine, prettyLine]) {
      const told = line({ time: 0, level: 'info', message: text, fields: { value } }, secrets);
      must(!told.includes(CANARY), 'a secret in the log');
      must(told.length < 50_000, `a line of ${told.length} characters`);
      must(!/[\p{Cc}\u{202e}\u{2028}]/u.test(told), 'a line with control characters');
    }
    const shown = printable(text.slice(0, 100)).replaceAll(CANARY, '');
    if (shown.trim() !== '') judgeMessage(shown);
  },
});
