import { z } from 'zod';
import { httpsUrlSchema } from './address.ts';
import { Auth0Settings } from './auth0-settings.ts';
import { durationSchema } from './duration.ts';
import type { Immutable } from './immutable.ts';
import { limitSchema } from './limit.ts';
import { withoutNulls } from './nulls.ts';

/** Fields of a row of THE that may be copied to an organization's metadata. */
export const METADATA_FIELDS = [
  'web',
  'latitude',
  'longitude',
  'currency',
  'region',
  'country',
  'continent',
  'address',
  'phone',
  'foundation_year',
] as const;
export type MetadataField = (typeof METADATA_FIELDS)[number];

/** Auth0 keeps 25 keys of metadata; one of them is `institutionId`. */
const MAX_METADATA_FIELDS = 24;

const InstitutionsSettings = z.object({
  endpoint: httpsUrlSchema()
    .default('https://api.timeshighereducation.com/refdata/institutions')
    .describe(
      "Where THE lists its institutions. Its host must be among those that the controller allows (its flag --allowed-institution-hosts). The query parameters limit and offset are the controller's.",
    ),
  pageSize: z
    .int()
    .min(1)
    .max(100_000)
    .default(4000)
    .describe('Institutions to ask for in one request.'),
  minimum: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(1)
    .describe(
      'A listing of fewer institutions is a fault of the source: the sync fails and changes nothing. Set it near the number that you expect, so that a listing that is cut short removes nothing.',
    ),
});

const OrganizationsSettings = z.object({
  prune: z
    .boolean()
    .default(true)
    .describe(
      'Whether the organization of an institution that THE no longer lists is removed. Only managed organizations are ever removed: those with the mark metadata.institutionId.',
    ),
  adopt: z
    .boolean()
    .default(true)
    .describe(
      'Whether an organization without the mark is taken over when an institution has its name. If false, it is left alone and counted as a conflict.',
    ),
  metadata: z
    .array(z.enum(METADATA_FIELDS))
    .max(MAX_METADATA_FIELDS)
    .refine((fields) => new Set(fields).size === fields.length, 'must not name a field twice')
    .default([])
    .describe(
      "Fields of THE to copy to the organizations' metadata, beside institutionId. A field without a value is left out.",
    )
    .meta({ 'x-kubernetes-list-type': 'set' }),
});

const Limits = z.object({
  deletions: limitSchema()
    .default('5%')
    .describe(
      'The most organizations that one sync may remove: a number such as 500, or a percentage.',
    ),
  updates: limitSchema()
    .default('100%')
    .describe(
      'The most organizations that one sync may update: a number such as 500, or a percentage.',
    ),
});

/** What a person asks for. The output has every default that does not depend on the domain. */
export const InstitutionSyncSpec = z.preprocess(
  (spec) => withoutNulls(spec),
  z.object({
    nap: durationSchema()
      .default('30m')
      .describe(
        'Pause between the end of one sync and the start of the next, such as 30m, 1h30m or 90s; from 1s to 8760h.',
      ),
    suspend: z
      .boolean()
      .default(false)
      .describe(
        'Whether syncs are suspended. A sync that runs stops after the requests in flight. Deletion of this object works all the same.',
      ),
    mode: z
      .enum(['Enforce', 'Plan'])
      .default('Enforce')
      .describe(
        'Enforce makes the changes. Plan computes and reports them, and writes nothing to Auth0.',
      ),
    auth0: Auth0Settings.describe('The Auth0 tenant, and how it is used.'),
    institutions: InstitutionsSettings.prefault({}).describe(
      "The source: Times Higher Education's (THE) institutions.",
    ),
    organizations: OrganizationsSettings.prefault({}).describe(
      'What is done with the organizations of the tenant.',
    ),
    limits: Limits.prefault({}).describe(
      'The most changes that one sync makes on its own. If there are more of a kind, all of that kind are held until a person approves them. Each limit is a number of organizations, or a percentage of the managed organizations, rounded up.',
    ),
    driftInterval: durationSchema()
      .default('1h')
      .describe(
        'How often all organizations are read again even when THE has not changed, to find and repair changes made by others; from 1s to 8760h.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe(
        'What becomes of the managed organizations when this object is deleted. Retain leaves them as they are. Delete removes them first.',
      ),
  }),
);
export type InstitutionSyncSpec = Immutable<z.output<typeof InstitutionSyncSpec>>;
