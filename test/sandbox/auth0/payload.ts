import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** A value of the schema's type, or what is wrong with it in the words of Auth0's API. */
export type Judged<T> =
  { readonly value: T; readonly complaint?: undefined } | { readonly complaint: string };

/** Judges a value as Auth0 judges a payload; of several faults, unknown keys are named first. */
export function judge<T>(schema: z.ZodType<T>, value: unknown): Judged<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data };
  const { issues } = result.error;
  const worst = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  return { complaint: worst ? describe(worst, worst.path) : 'invalid' };
}

function describe(issue: Issue, path: readonly PropertyKey[]): string {
  const where = path.length === 0 ? '' : ` on property ${path.map(String).join('.')}`;
  return `'${problem(issue, path)}'${issue.code === 'invalid_type' && isMissing(issue) ? '' : where}`;
}

function problem(issue: Issue, path: readonly PropertyKey[]): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `Additional properties not allowed: ${issue.keys.join(', ')}`;
    case 'invalid_type':
      return isMissing(issue)
        ? `Missing required property: ${path.map(String).join('.')}`
        : `Expected type ${issue.expected} but found type ${typeName(issue.input)}`;
    case 'too_small':
      return `${tooFew(issue.origin, issue.input)}, minimum ${issue.minimum}`;
    case 'too_big':
      return `${tooMany(issue.origin, issue.input)}, maximum ${issue.maximum}`;
    case 'invalid_format':
      return `String does not match pattern ${issue.pattern}: ${String(issue.input)}`;
    case 'invalid_value':
      return `No enum match for: ${String(issue.input)}`;
    case 'invalid_key': {
      const [inner] = issue.issues;
      return inner ? problem(inner, path) : issue.message;
    }
    case 'custom':
    case 'invalid_element':
    case 'invalid_union':
    case 'not_multiple_of':
      return issue.message;
  }
  return 'Invalid value';
}

function isMissing(issue: Issue): boolean {
  return issue.input === undefined;
}

function tooFew(origin: string, input: unknown): string {
  return origin === 'string'
    ? `String is too short (${String(input).length} chars)`
    : `Value ${String(input)} is less than allowed`;
}

function tooMany(origin: string, input: unknown): string {
  if (origin === 'string') return `String is too long (${String(input).length} chars)`;
  if (Array.isArray(input)) return `Array is too long (${input.length})`;
  return `Value ${String(input)} is greater than allowed`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
