import { z } from 'zod';

/** What a question to the registry brought. A registry that does not answer has found nothing. */
export type Verdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'noAnswer'; readonly why: string }
  | { readonly kind: 'found'; readonly findings: readonly string[] };

const Audit = z.object({
  auditReportVersion: z.number(),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
});

const Package = z.object({ name: z.string(), version: z.string() });
const Signatures = z.object({ invalid: z.array(Package), missing: z.array(Package) });

const NpmError = z.object({
  message: z.string().optional(),
  error: z.object({ code: z.string().optional(), summary: z.string().optional() }),
});

/** Reads the output of `npm audit --json`. */
export function auditVerdict(output: string | undefined): Verdict {
  const { data } = Audit.safeParse(parsed(output));
  if (data === undefined) return noAnswer(output);
  return verdict(
    Object.entries(data.vulnerabilities).map(
      ([name, { severity, range }]) => `${name} ${range} is vulnerable (${severity})`,
    ),
  );
}

/** Reads the output of `npm audit signatures --json`. */
export function signaturesVerdict(output: string | undefined): Verdict {
  const { data } = Signatures.safeParse(parsed(output));
  if (data === undefined) return noAnswer(output);
  return verdict([
    ...data.invalid.map(({ name, version }) => `${name} ${version} has an invalid signature`),
    ...data.missing.map(({ name, version }) => `${name} ${version} has no signature`),
  ]);
}

function verdict(findings: readonly string[]): Verdict {
  return findings.length === 0 ? { kind: 'clean' } : { kind: 'found', findings };
}

function noAnswer(output: string | undefined): Verdict {
  if (output === undefined) return { kind: 'noAnswer', why: 'not in time' };
  const { data } = NpmError.safeParse(parsed(output));
  const status = /^\d{3} [\w ]+/.exec(data?.message ?? '')?.[0].trim();
  return { kind: 'noAnswer', why: status ?? data?.error.code ?? 'npm said nothing readable' };
}

function parsed(output: string | undefined): unknown {
  try {
    return JSON.parse(output ?? '');
  } catch {
    return undefined;
  }
}
