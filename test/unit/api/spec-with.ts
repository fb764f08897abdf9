/** A spec, given to the parser and to a real API server: both must judge it alike. */
export interface SpecCase {
  readonly title: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The least that may be said. */
export const MINIMAL_SPEC = {
  auth0: { domain: 'acme.eu.auth0.com', credentialsSecretRef: { name: 'auth0-credentials' } },
} as const;

/** The minimal spec with `value` at `path`, or without it when the value is undefined. */
export function specWith(path: string, value: unknown): Record<string, unknown> {
  return put(MINIMAL_SPEC, path.split('.'), value);
}

function put(
  parent: object,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const properties = new Map<string, unknown>(Object.entries(parent));
  const child = properties.get(key);
  properties.set(key, rest.length === 0 ? value : put(Object(child ?? {}), rest, value));
  if (properties.get(key) === undefined) properties.delete(key);
  return Object.fromEntries(properties);
}

export function titleOf(path: string, value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return `${path}: ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

export const connections = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `connection-${index}` }));
