import { HIDDEN, type Secrets } from './secrets.ts';
import { serializeError } from './serialize-error.ts';

const LONGEST_TEXT = 4_096;
const DEEPEST = 6;
const MOST_ENTRIES = 50;
/** Values of one line, at all depths together. */
const MOST_VALUES = 500;

/**
 * Names whose values are secret whatever they hold, without case and punctuation: `client_secret`,
 * `AUTH0_CLIENT_SECRET` and `clientSecret` are the same. Names of things that are not secret
 * themselves, such as `secretName` and `tokenEndpoint`, stay.
 */
const SECRET_NAME =
  /(?:^token|^secret|clientsecret|accesstoken|refreshtoken|idtoken|bearertoken|privatekey|clientassertion|password|passwd|passphrase|authorization|cookie|apikey)$/;

/** Plain data that JSON can hold. */
export type Plain = string | number | boolean | null | readonly Plain[] | { [key: string]: Plain };

const verbatim = new WeakSet<object>();

/**
 * Marks data of others of which a log keeps the only copy: it is shown whole, and nothing is hidden in
 * it but the process's own secrets. Returns the same object.
 */
export function shownWhole<Data extends object>(data: Data): Data {
  verbatim.add(data);
  return data;
}

/** A text as a log may show it: without secrets, and of bounded length. */
export function redactText(text: string, secrets: Secrets): string {
  const shown = secrets.redact(text);
  return shown.length <= LONGEST_TEXT ? shown : `${shown.slice(0, LONGEST_TEXT)}…`;
}

/**
 * A value as a log may show it: secrets hidden by name and by value, errors told by `serializeError`,
 * and everything bounded in length, depth and number. Never throws, whatever the value does.
 */
export function redact(value: unknown, secrets: Secrets): Plain {
  let left = MOST_VALUES;
  let isWhole = false;
  const above = new Set<object>();

  const text = (given: string) =>
    isWhole ? secrets.redactKnown(given) : redactText(given, secrets);

  function plain(given: unknown): Plain | undefined {
    if (!isWhole) left -= 1;
    if (left < 0) return '…';
    switch (typeof given) {
      case 'string':
        return text(given);
      case 'number':
        return number(given);
      case 'boolean':
        return given;
      case 'bigint':
        return text(String(given));
      case 'object':
        return given === null ? null : object(given);
      case 'undefined':
      case 'function':
      case 'symbol':
      default:
        return undefined;
    }
  }

  /** A number may be a secret too, such as a PIN. */
  function number(given: number): Plain {
    const digits = String(given);
    return Number.isFinite(given) && text(digits) === digits ? given : text(digits);
  }

  function object(given: object): Plain {
    if (above.has(given)) return 'the same again';
    if (above.size >= DEEPEST && !isWhole) return '…';
    above.add(given);
    const before = isWhole;
    isWhole ||= verbatim.has(given);
    try {
      return contents(given);
    } catch {
      return 'unreadable';
    } finally {
      isWhole = before;
      above.delete(given);
    }
  }

  function contents(given: object): Plain {
    if (given instanceof Error) return entries(Object.entries(serializeError(given)));
    if (given instanceof Date) return Number.isNaN(given.getTime()) ? null : given.toISOString();
    if (given instanceof URL) return text(given.href);
    if (ArrayBuffer.isView(given)) return `${given.byteLength} bytes`;
    if (given instanceof Map) return entries([...given].map(([key, one]) => [String(key), one]));
    if (given instanceof Set) return list([...given]);
    return Array.isArray(given) ? list(given) : entries(Object.entries(given));
  }

  function list(given: readonly unknown[]): Plain {
    const most = isWhole ? Infinity : MOST_ENTRIES;
    const shown = given.slice(0, most).map((one) => plain(one) ?? null);
    return given.length > most ? [...shown, '…'] : shown;
  }

  function entries(given: readonly (readonly [string, unknown])[]): Plain {
    const shown: [string, Plain][] = [];
    const most = isWhole ? Infinity : MOST_ENTRIES;
    for (const [key, one] of given.slice(0, most)) {
      const isSecret = !isWhole && isSecretName(key) && one !== undefined && one !== null;
      const value = isSecret ? HIDDEN : plain(one);
      if (value !== undefined) shown.push([text(key), value]);
    }
    if (given.length > most) shown.push(['…', given.length - most]);
    return Object.fromEntries(shown);
  }

  return plain(value) ?? null;
}

function isSecretName(key: string): boolean {
  return SECRET_NAME.test(key.replace(/[^a-zA-Z0-9]/g, '').toLowerCase());
}
