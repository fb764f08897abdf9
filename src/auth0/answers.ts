import { z } from 'zod';
import type { Organization } from './organization.ts';

/** Metadata values are strings; anything else is no organization that this program understands. */
export const OrganizationAnswer = z.looseObject({
  id: z.string().min(1),
  name: z.string().min(1),
  display_name: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
export type OrganizationAnswer = z.output<typeof OrganizationAnswer>;

/** A page of the listing: without `organizations` it is none, and `next` is there but on the last. */
export const OrganizationPage = z.object({
  organizations: z.array(OrganizationAnswer),
  next: z.string().nullish(),
});

export const ConnectionAnswers = z.union([
  z.array(z.object({ id: z.string().min(1), name: z.string() })),
  z
    .object({ connections: z.array(z.object({ id: z.string().min(1), name: z.string() })) })
    .transform(({ connections }) => connections),
]);

const EnabledConnectionAnswer = z.object({
  connection_id: z.string().min(1),
  assign_membership_on_login: z.boolean().catch(false),
});

/** With totals or, from older tenants, a bare list. */
export const EnabledConnectionAnswers = z.union([
  z.array(EnabledConnectionAnswer),
  z
    .object({ enabled_connections: z.array(EnabledConnectionAnswer) })
    .transform(({ enabled_connections: list }) => list),
]);

/** Reduces an answer to what the plan needs, sharing one object where there is no metadata. */
export function toOrganization(answer: OrganizationAnswer): Organization {
  const { id, name, display_name: displayName, metadata } = answer;
  return { id, name, displayName: displayName ?? undefined, metadata: metadata ?? NO_METADATA };
}

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});
