import type { z } from 'zod';
import { InstitutionSyncSpec } from '../../api/spec.ts';
import { UsageError } from '../usage-error.ts';
import type { Flag } from './flag.ts';
import { flagNamed, FLAGS } from './flags.ts';
import { readList, readText } from './read-text.ts';
import { placeOf, type Values } from './values.ts';

/** Only a cluster has Secrets; the schema asks for one all the same. */
const NO_SECRET = { name: 'none' };

/**
 * The spec that these values stand for, with the resource's own defaults and checks. Throws a
 * UsageError that names each flag that is wrong.
 */
export function specFromValues(values: Values): InstitutionSyncSpec {
  const problems: string[] = [];
  const spec: Tree = {};
  for (const flag of FLAGS) {
    const value = values.get(flag.name);
    if (value === undefined) continue;
    const read = readText(flag, value.text);
    if ('problem' in read) problems.push(`${value.where} ${read.problem}`);
    else if (flag.path !== undefined) setAt(spec, flag.path, read.value);
  }
  setAt(spec, 'auth0.credentialsSecretRef', NO_SECRET);
  problems.push(...connect(spec, values));
  if (!values.has('AUTH0_DOMAIN')) {
    problems.push(
      "--AUTH0_DOMAIN is missing: give the tenant's domain, such as acme.eu.auth0.com, as a flag or in the environment",
    );
  }
  const { data, error } = InstitutionSyncSpec.safeParse(spec);
  problems.push(...(error?.issues ?? []).flatMap((issue) => problemOf(issue, values) ?? []));
  if (data !== undefined && problems.length === 0) return data;
  throw new UsageError(`${[...new Set(problems)].join('; ')}.`);
}

type Tree = { [key: string]: unknown };

/** The paths of flags have one dot at most. */
function setAt(spec: Tree, path: string, value: unknown): void {
  const [group = '', key] = path.split('.');
  if (key === undefined) spec[group] = value;
  else spec[group] = Object.assign({}, spec[group], { [key]: value });
}

/** Turns the list of names into connections. Returns what is wrong with the two flags together. */
function connect(spec: Tree, values: Values): readonly string[] {
  const assigning = namesOf('ASSIGN_MEMBERSHIP_ON_LOGIN', values);
  const names = namesOf('CONNECTION_NAME', values);
  if (names.length > 0) {
    const connections = names.map((name) => ({
      name,
      assignMembershipOnLogin: assigning.includes(name),
    }));
    setAt(spec, 'auth0.connections', connections);
  }
  if (assigning.every((name) => names.includes(name))) return [];
  const where = placeOf(values, flagNamed('ASSIGN_MEMBERSHIP_ON_LOGIN'));
  return [`${where} names a connection that --CONNECTION_NAME does not: name it in both`];
}

function namesOf(name: string, values: Values): readonly string[] {
  return readList(values.get(name)?.text ?? '');
}

/** A flag that is missing, or that could not be read, has been named already. */
function problemOf({ path, message }: z.core.$ZodIssue, values: Values): string | undefined {
  const at = path.join('.');
  const flag = FLAGS.find((each) => isAt(each, at));
  if (flag !== undefined && !values.has(flag.name)) return undefined;
  const where = flag === undefined ? at : placeOf(values, flag);
  return message.startsWith('must') ? `${where} ${message}` : `${where}: ${message}`;
}

function isAt(flag: Flag, path: string): boolean {
  return flag.path !== undefined && `${path}.`.startsWith(`${flag.path}.`);
}
