import { UsageError } from '../usage-error.ts';
import { isStronger, type Layer, type Values } from './values.ts';

const TOKEN = 'AUTH0_ACCESS_TOKEN';
const ID = 'AUTH0_CLIENT_ID';
const SECRET = 'AUTH0_CLIENT_SECRET';
const PRIVATE_KEY = 'AUTH0_CLIENT_PRIVATE_KEY';

/** The keys of credentials, by the names that a Secret has for them. */
export const CREDENTIAL_KEYS = [TOKEN, ID, SECRET, PRIVATE_KEY] as const;
export type CredentialKeys = Readonly<Record<string, string>>;

const HOW =
  'Give --AUTH0_ACCESS_TOKEN, or --AUTH0_CLIENT_ID with --AUTH0_CLIENT_SECRET (or --AUTH0_CLIENT_PRIVATE_KEY)';

/**
 * The keys of the one kind of credentials that is given; undefined when none are. Where two kinds are
 * given in different places, the stronger place decides, as with every flag. Throws a UsageError for
 * two kinds in one place and for half a pair.
 */
export function credentialKeys(values: Values): CredentialKeys | undefined {
  const application = choose(values, [TOKEN], [ID, SECRET, PRIVATE_KEY]);
  if (application === undefined) return undefined;
  if (application === 'first') return { [TOKEN]: textOf(values, TOKEN) };

  const proof = choose(values, [SECRET], [PRIVATE_KEY]);
  if (proof === undefined) {
    throw new UsageError(
      `--${SECRET} is missing: an application needs it beside --${ID} (or --${PRIVATE_KEY}, if it uses Private Key JWT).`,
    );
  }
  const key = proof === 'first' ? SECRET : PRIVATE_KEY;
  if (!values.has(ID)) {
    throw new UsageError(`--${ID} is missing: --${key} belongs to an application; give its id.`);
  }
  return { [ID]: textOf(values, ID), [key]: textOf(values, key) };
}

/** The same, for commands that cannot do without. */
export function requiredCredentialKeys(values: Values): CredentialKeys {
  const keys = credentialKeys(values);
  if (keys === undefined) throw new UsageError(`--${TOKEN} is missing. ${HOW}.`);
  return keys;
}

function choose(
  values: Values,
  first: readonly string[],
  second: readonly string[],
): 'first' | 'second' | undefined {
  const [one, other] = [strongest(values, first), strongest(values, second)];
  if (one === undefined || other === undefined) {
    if (one !== undefined) return 'first';
    return other === undefined ? undefined : 'second';
  }
  if (isStronger(one.layer, other.layer)) return 'first';
  if (isStronger(other.layer, one.layer)) return 'second';
  throw new UsageError(
    `${one.where} and ${other.where} are two kinds of credentials at once. ${HOW}.`,
  );
}

function strongest(
  values: Values,
  names: readonly string[],
): { readonly layer: Layer; readonly where: string } | undefined {
  const given = names.flatMap((name) => values.get(name) ?? []);
  return given.reduce<(typeof given)[number] | undefined>(
    (best, value) => (best === undefined || isStronger(value.layer, best.layer) ? value : best),
    undefined,
  );
}

function textOf(values: Values, name: string): string {
  return values.get(name)?.text ?? '';
}
