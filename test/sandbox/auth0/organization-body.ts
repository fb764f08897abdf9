import { z } from 'zod';

// Auth0's rules for what requests may carry. Lengths are UTF-16 units: never fewer than characters,
// however those are counted, so what passes here is short enough by every count.

function text(min: number, max: number) {
  // zod's own min and max count code points.
  return z
    .string()
    .refine((value) => value.length >= min, {
      error: ({ input }) => `String is too short (${String(input).length} chars), minimum ${min}`,
    })
    .refine((value) => value.length <= max, {
      error: ({ input }) => `String is too long (${String(input).length} chars), maximum ${max}`,
    });
}

const Color = z.string().regex(/^#[0-9a-fA-F]{6}$/);

const Branding = z.strictObject({
  logo_url: z
    .string()
    .regex(/^https:\/\//)
    .exactOptional(),
  colors: z.strictObject({ primary: Color, page_background: Color }).exactOptional(),
});

const Quota = z.int().min(1).exactOptional();

const TokenQuota = z.strictObject({
  client_credentials: z.strictObject({
    enforce: z.boolean().exactOptional(),
    per_day: Quota,
    per_hour: Quota,
  }),
});

const MOST_KEYS = 25;

function metadata(shortestValue: number) {
  return z
    .record(text(1, 255), text(shortestValue, 255))
    .refine((object) => Object.keys(object).length <= MOST_KEYS, {
      error: ({ input }) =>
        `Too many properties defined (${Object.keys(Object(input)).length}), maximum ${MOST_KEYS}`,
    });
}

const enablementFields = {
  assign_membership_on_login: z.boolean().exactOptional(),
  show_as_button: z.boolean().exactOptional(),
  is_signup_enabled: z.boolean().exactOptional(),
};

const newerEnablementFields = {
  ...enablementFields,
  is_enabled: z.boolean().exactOptional(),
  organization_connection_name: text(1, 50).exactOptional(),
  organization_access_level: z.enum(['none', 'readonly', 'limited', 'full']).exactOptional(),
};

const connectionId = { connection_id: text(1, 50) };

/** POST and PATCH of `enabled_connections`, which also stands in POST of an organization. */
export const Enablement = z.strictObject({ ...connectionId, ...enablementFields });
export const EnablementChange = notEmpty(z.strictObject(enablementFields));

/** POST and PATCH of the newer `connections` of an organization. */
export const NewerEnablement = z.strictObject({ ...connectionId, ...newerEnablementFields });
export const NewerEnablementChange = notEmpty(z.strictObject(newerEnablementFields));

/** The bodies of POST and PATCH. `emptyMetadata`: whether a metadata value may be an empty string. */
export function organizationBodies(emptyMetadata: boolean) {
  const name = text(1, 50).regex(/^(?!org_)[a-z0-9]([a-z0-9-_]*[a-z0-9])?$/);
  const rest = {
    display_name: text(1, 255).exactOptional(),
    branding: Branding.exactOptional(),
    metadata: metadata(emptyMetadata ? 0 : 1).exactOptional(),
    token_quota: TokenQuota.exactOptional(),
  };
  return {
    create: z.strictObject({
      name,
      ...rest,
      enabled_connections: z.array(Enablement).max(10).exactOptional(),
    }),
    update: notEmpty(z.strictObject({ name: name.exactOptional(), ...rest })),
  };
}

/** An organization as requests and answers carry it. */
export type OrganizationBody = Omit<
  z.infer<ReturnType<typeof organizationBodies>['create']>,
  'enabled_connections'
>;
export type OrganizationChange = z.infer<ReturnType<typeof organizationBodies>['update']>;

function notEmpty<T extends z.ZodType<object>>(schema: T): T {
  return schema.refine((object) => Object.keys(object).length > 0, {
    error: 'Too few properties defined (0), minimum 1',
  });
}
