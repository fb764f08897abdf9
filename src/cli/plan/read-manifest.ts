import { readFileSync } from 'node:fs';
import { parseAllDocuments, type YAMLParseError } from 'yaml';
import { z } from 'zod';
import { describeIssues, InstitutionSyncManifest } from '../../api/institution-sync.ts';
import { KIND } from '../../api/names.ts';
import { UsageError } from '../usage-error.ts';

export interface Manifest {
  readonly object: InstitutionSyncManifest;
  /** The keys of its Secret, where the file holds that too. */
  readonly secretKeys: Readonly<Record<string, string>> | undefined;
}

const Document = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
type Document = z.output<typeof Document>;

const Secret = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  data: z.record(z.string(), z.base64()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
});

/**
 * The InstitutionSync of a file (`-`: of standard input): the one of that name, or the only one.
 * Throws a UsageError that says what is wrong; never with a piece of the file, which may hold secrets.
 */
export function readManifest(file: string, name: string | undefined): Manifest {
  const where = file === '-' ? '-f: standard input' : `-f: ${JSON.stringify(file)}`;
  const documents = parse(read(file, where), where);
  const object = choose(documents, name, where);
  const { success, data, error } = InstitutionSyncManifest.safeParse(object);
  if (!success) throw new UsageError(`${where} cannot work: ${describeIssues(error)}.`);
  return { object: data, secretKeys: secretKeys(documents, data, where) };
}

function read(file: string, where: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(
      `${where} cannot be read (${code}). Give the path of a manifest, or - for standard input.`,
    );
  }
}

function parse(text: string, where: string): readonly Document[] {
  const documents = valuesOf(text, where);
  return documents.flatMap((value) => {
    const items = z.object({ kind: z.literal('List'), items: z.array(z.unknown()) });
    const list = items.safeParse(value).data?.items ?? [value];
    return list.flatMap((item) => Document.safeParse(item).data ?? []);
  });
}

/** The values of the documents in a text of YAML. */
function valuesOf(text: string, where: string): readonly unknown[] {
  let errors: readonly YAMLParseError[];
  try {
    // Its warnings would show a piece of the file.
    const documents = parseAllDocuments(text, { logLevel: 'error' });
    errors = documents.flatMap((document) => document.errors);
    if (errors.length === 0) return documents.map((document): unknown => document.toJS());
  } catch {
    throw new UsageError(
      `${where} is no YAML that can be read: it is nested too deep, or an alias (*name) of it stands for nothing or for far too much. Correct it.`,
    );
  }
  const [first] = errors;
  const line = first?.linePos?.[0].line ?? '?';
  throw new UsageError(`${where} is no YAML: line ${line}, ${first?.code}. Correct it.`);
}

function choose(documents: readonly Document[], name: string | undefined, where: string): Document {
  const objects = documents.filter(({ kind }) => kind === KIND);
  const names = objects.map(({ metadata }) => metadata.name).join(', ');
  const found = objects.filter(({ metadata }) => name === undefined || metadata.name === name);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new UsageError(
    objects.length === 0
      ? `${where} holds no ${KIND}. Give the file of one.`
      : `${where} holds ${names}. Name one of them, such as: plan ${objects[0]?.metadata.name} -f FILE`,
  );
}

function secretKeys(
  documents: readonly Document[],
  object: InstitutionSyncManifest,
  where: string,
): Readonly<Record<string, string>> | undefined {
  const wanted = object.spec.auth0.credentialsSecretRef.name;
  const document = documents.find(
    ({ kind, metadata }) => kind === 'Secret' && metadata.name === wanted,
  );
  if (document === undefined) return undefined;
  const { success, data: secret } = Secret.safeParse(document);
  if (!success) {
    throw new UsageError(
      `${where}: the Secret ${JSON.stringify(wanted)} cannot be read. Its data must be base64, its stringData texts.`,
    );
  }
  const decoded: Record<string, string> = {};
  for (const [key, value] of Object.entries(secret.data)) {
    decoded[key] = Buffer.from(value, 'base64').toString('utf8');
  }
  return { ...decoded, ...secret.stringData };
}
