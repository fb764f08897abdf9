import { z } from 'zod';

/** A rule in CEL over `self`, and what is said when it does not hold, after the field's name. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

/** Metadata of a schema: rules that the API server evaluates. */
export function apiServerRules(...rules: readonly Rule[]): Record<string, unknown> {
  return { 'x-kubernetes-validations': rules };
}

/** The pattern as the API server reads it: it must keep to the syntax of RE2. */
export function re2(source: string): string {
  return source.replaceAll(String.raw`\/`, '/');
}

/** The pattern, which must be without a quote, as a condition in CEL. */
export function celMatches(pattern: RegExp): string {
  return `self.matches(r'${re2(pattern.source)}')`;
}

/**
 * A string that matches `pattern` and is at most `maxLength` long. The CRD has the pattern as such,
 * for editors and other tools, and once more as a rule whose message people understand; the API
 * server checks `moreRules` too.
 */
export function matching(
  pattern: RegExp,
  maxLength: number,
  message: string,
  ...moreRules: readonly Rule[]
): z.ZodString {
  return z
    .string()
    .max(maxLength)
    .regex(pattern, message)
    .meta(apiServerRules({ rule: celMatches(pattern), message }, ...moreRules));
}
