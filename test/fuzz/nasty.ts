import fc from 'fast-check';
import { CANARY } from './judge.ts';

/** Texts that have broken software before. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\t',
  '\u{1b}[31m',
  '\u{feff}',
  '\u{202e}gnp.exe',
  '\u{2028}',
  '\u{85}',
  '\ud800',
  '\udfff',
  '👨‍👩‍👧‍👦',
  'é',
  'ﷺ',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'toJSON',
  'null',
  'undefined',
  'true',
  'false',
  'NaN',
  'Infinity',
  '-Infinity',
  '0',
  '-0',
  '-1',
  '1e308',
  '1e999',
  '9007199254740993',
  '0x10',
  '010',
  '1_000',
  '1,5',
  '٣',
  '5%',
  '100%',
  '101%',
  '-5%',
  '1h',
  '1e3s',
  '0s',
  '../../etc/passwd',
  'file:///etc/passwd',
  '%00',
  '%2e%2e%2f',
  '${jndi:ldap://x}',
  '{{7*7}}',
  '$(id)',
  '`id`',
  "' OR 1=1 --",
  '<script>',
  '--',
  '-',
  '=',
  ',',
  ';',
  ':',
  '@',
  '#',
  '*',
  '&a',
  '*a',
  '!!js/function',
  'localhost',
  '127.0.0.1',
  '[::1]',
  '0.0.0.0',
  '2130706433',
  '0x7f.1',
  '169.254.169.254',
  'a..b',
  '.',
  '..',
  'acme.eu.auth0.com',
  'acme.eu.auth0.com.',
  'acme.eu.auth0.com@evil.example',
  'evil.example#.auth0.com',
  'evil.example/.auth0.com',
  'evil.example\\.auth0.com',
  'ａcme.auth0.com',
  'acme。auth0.com',
  'xn--a.auth0.com',
  'acme.auth0.com:443',
  'acme.auth0.com:0',
  'acme.auth0.com:65536',
  'ACME.AUTH0.COM',
  'https://acme.auth0.com/oauth/token',
  'https://user:pass@acme.auth0.com/',
  'http://acme.auth0.com/',
  'https://acme.auth0.com\\@evil.example/',
  'https://acme.auth0.com/%0d%0aX: y',
  'HTTPS://acme.auth0.com/',
  'org_abc',
  'i-00000001',
  'eyJhbGciOiJub25lIn0.e30.',
  'Bearer x',
  CANARY,
];

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...NASTY_TEXTS), fc.string({ maxLength: 8 }))
    .map((parts) => parts.join('')),
);

/** Now and then one of some hundred thousand characters. */
export const longText: fc.Arbitrary<string> = fc
  .tuple(nastyText, fc.constantFrom(1, 1, 1, 300, 10_000))
  .map(([text, times]) => text.repeat(times).slice(0, 300_000));

export const nastyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.1,
    2 ** 31,
    2 ** 31 - 1,
    2 ** 53,
    2 ** 53 + 2,
    1e21,
    1e308,
    5e-324,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

/** Any value of JSON, with keys that matter to JavaScript among its own. */
export const nastyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    nastyText,
    nastyNumber,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(nastyText, tie('value')), { maxLength: 4 }).map(ownEntries),
  ),
})).value;

/** As JSON.parse makes objects: `__proto__` is a key like others. */
export function ownEntries(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return object;
}

/**
 * The value with up to three of its parts, at any depth, replaced, removed or joined by others. What
 * is nearly right gets further into a program than what is wholly wrong.
 */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(value);
  const change = fc.record({
    place: fc.constantFrom(...places),
    how: fc.constantFrom('replace', 'remove', 'add'),
    key: nastyText,
    by: fc.oneof({ weight: 4, arbitrary: nastyValue }, { weight: 1, arbitrary: longText }),
  });
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    let sum = structuredClone(value);
    for (const { place, how, key, by } of changes) sum = changeAt(sum, place, how, key, by);
    return sum;
  });
}

type Place = readonly string[];

function placesOf(value: unknown, above: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [above];
  return [
    above,
    ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...above, key])),
  ];
}

function changeAt(value: unknown, place: Place, how: string, key: string, by: unknown): unknown {
  const [first, ...rest] = place;
  if (first === undefined) {
    if (how !== 'add' || typeof value !== 'object' || value === null) return by;
    return Array.isArray(value)
      ? [...value, by]
      : ownEntries([...Object.entries(value), [key, by]]);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, each]) => {
    if (name !== first) return [[name, each] as const];
    if (rest.length === 0 && how === 'remove') return [];
    return [[name, changeAt(each, rest, how, key, by)] as const];
  });
  return Array.isArray(value) ? entries.map(([, each]) => each) : ownEntries(entries);
}

/** Bytes of a text with some of them changed, cut or repeated. */
export function brokenBytes(texts: readonly string[]): fc.Arbitrary<Buffer> {
  const damage = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('flip', 'cut', 'insert', 'double', 'none'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(damage, { maxLength: 4 }))
    .map(([text, damages]) => {
      let sum = Buffer.from(text);
      for (const { at, how, bytes } of damages) {
        const i = at % (sum.length + 1);
        const [head, tail] = [sum.subarray(0, i), sum.subarray(i)];
        if (how === 'cut') sum = head;
        if (how === 'insert') sum = Buffer.concat([head, bytes, tail]);
        if (how === 'double') sum = Buffer.concat([head, tail, tail]);
        if (how === 'flip') sum = Buffer.concat([head, bytes, tail.subarray(bytes.length)]);
      }
      return sum;
    });
}

/** The bytes in pieces, as a network might deliver them. */
export async function* inPieces(
  bytes: Uint8Array,
  sizes: readonly number[],
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = Math.max(1, sizes[i % Math.max(1, sizes.length)] ?? 65_536);
    yield bytes.subarray(at, (at += size));
  }
}
