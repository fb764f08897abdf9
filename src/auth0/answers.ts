import { z } from 'zod';
import type { EnabledConnection, Organization } from './organization.ts';

/** It becomes a segment of a path. */
const Id = z
  .string()
  .max(255)
  .regex(/^[\w-]+$/);

/** It becomes a part of a URL; Auth0's has some fifty characters. */
const Cursor = z.string().max(4_096);

/**
 * Metadata as it came. zod's record would leave out a key `__proto__`, and an update, which replaces
 * all metadata, would then remove it.
 */
const Metadata = z.custom<Readonly<Record<string, string>>>(
  (value) =>
    value instanceof Object &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string'),
);

/** Metadata values are strings; anything else is no organization that this program understands. */
export const OrganizationAnswer = z.object({
  id: Id,
  name: z.string().min(1),
  display_name: z.string().nullish(),
  metadata: Metadata.nullish(),
});
export type OrganizationAnswer = z.output<typeof OrganizationAnswer>;

/** The same with all that Auth0 says of it. */
export const OrganizationInFullAnswer = OrganizationAnswer.loose();

/** A page of the listing: without `organizations` it is none, and `next` is there but on the last. */
export const OrganizationPage = z.object({
  organizations: z.array(OrganizationAnswer),
  next: Cursor.nullish(),
});

const ConnectionAnswer = z.object({ id: Id, name: z.string() });

/** A bare list, or one with totals. */
export const ConnectionAnswers = z.union([
  z.array(ConnectionAnswer),
  z.object({ connections: z.array(ConnectionAnswer) }).transform((answer) => answer.connections),
]);

const EnabledConnectionAnswer = z.object({
  connection_id: Id,
  assign_membership_on_login: z.boolean().catch(false),
});

/** With totals or, from older tenants, a bare list. */
export const EnabledConnectionAnswers = z.union([
  z.array(EnabledConnectionAnswer),
  z
    .object({ enabled_connections: z.array(EnabledConnectionAnswer) })
    .transform((answer) => answer.enabled_connections),
]);

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Reduces an answer to what the plan needs, sharing one object where there is no metadata, and the
 * name's text where metadata repeats it, as the mark does.
 */
export function toOrganization(answer: OrganizationAnswer): Organization {
  const { id, name, display_name: displayName, metadata } = answer;
  return {
    id,
    name,
    displayName: displayName ?? undefined,
    metadata: metadata ? sharingText(metadata, name) : NO_METADATA,
  };
}

function sharingText(
  metadata: Readonly<Record<string, string>>,
  text: string,
): Readonly<Record<string, string>> {
  const shared: Record<string, string> = metadata;
  for (const key of Object.keys(shared)) if (shared[key] === text) shared[key] = text;
  return shared;
}

/** Reduces an answer to what the engine needs. */
export function toEnabledConnection(
  answer: z.output<typeof EnabledConnectionAnswer>,
): EnabledConnection {
  return {
    connectionId: answer.connection_id,
    assignMembershipOnLogin: answer.assign_membership_on_login,
  };
}
