import { z } from 'zod';

/** A condition in CEL over `self`, and what is said after the field's name when it does not hold. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

/** Metadata of a schema: rules that the API server evaluates. */
export function apiServerRules(...rules: readonly Rule[]): Record<string, unknown> {
  return { 'x-kubernetes-validations': rules };
}

/**
 * The pattern as a condition in CEL. It must be without a quote and keep to the syntax of RE2, which
 * knows no escaped slash.
 */
export function celMatches(pattern: RegExp): string {
  return `self.matches(r'${pattern.source.replaceAll(String.raw`\/`, '/')}')`;
}

/**
 * A string that matches `pattern` and is at most `maxLength` long. The CRD has the pattern as such,
 * for editors and other tools, and once more as a rule whose message people understand.
 */
export function matching(pattern: RegExp, maxLength: number, message: string): z.ZodString {
  return z
    .string()
    .max(maxLength)
    .regex(pattern, message)
    .meta(apiServerRules({ rule: celMatches(pattern), message }));
}

/**
 * The same for a pattern that is too long to be shown to people: the CRD has it in a rule only. The
 * API server checks `moreRules` too.
 */
export function matchingLongPattern(
  pattern: RegExp,
  maxLength: number,
  message: string,
  ...moreRules: readonly Rule[]
): z.ZodString {
  return z
    .string()
    .max(maxLength)
    .refine((text) => pattern.test(text), message)
    .meta(apiServerRules({ rule: celMatches(pattern), message }, ...moreRules));
}
