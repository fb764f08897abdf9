import { z } from 'zod';
import { GROUP, KIND, PLURAL, SHORT_NAME, SINGULAR, VERSION } from './names.ts';
import { InstitutionSyncSpec } from './spec.ts';
import { InstitutionSyncStatus } from './status.ts';

type Json = z.core.JSONSchema.BaseSchema;

/** What `kubectl get isync` shows; those with priority 1 only with `-o wide`. */
const PRINTER_COLUMNS = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
  { name: 'Institutions', type: 'integer', jsonPath: '.status.institutions.total' },
  { name: 'Organizations', type: 'integer', jsonPath: '.status.organizations.managed' },
  { name: 'Held', type: 'integer', jsonPath: '.status.organizations.held' },
  { name: 'Last Sync', type: 'date', jsonPath: '.status.lastSuccessTime' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Domain', type: 'string', jsonPath: '.spec.auth0.domain', priority: 1 },
  { name: 'Nap', type: 'string', jsonPath: '.spec.nap', priority: 1 },
  { name: 'Created', type: 'integer', jsonPath: '.status.lastSync.created', priority: 1 },
  { name: 'Updated', type: 'integer', jsonPath: '.status.lastSync.updated', priority: 1 },
  { name: 'Deleted', type: 'integer', jsonPath: '.status.lastSync.deleted', priority: 1 },
  { name: 'Failed', type: 'integer', jsonPath: '.status.lastSync.failed', priority: 1 },
  // A date would be shown as an age, which a time in the future has not.
  { name: 'Next Sync', type: 'string', jsonPath: '.status.nextSyncTime', priority: 1 },
  { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend', priority: 1 },
];

/** The CustomResourceDefinition, whose schema is the parser's. */
export function customResourceDefinition() {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: SINGULAR,
        shortNames: [SHORT_NAME],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          selectableFields: [{ jsonPath: '.spec.auth0.domain' }],
          additionalPrinterColumns: PRINTER_COLUMNS,
          schema: { openAPIV3Schema: objectSchema() },
        },
      ],
    },
  };
}

function objectSchema(): Json {
  const schema = z.object({
    apiVersion: z.string().optional().describe("Version of this object's schema."),
    kind: z.string().optional().describe('Kind of this object.'),
    // The API server describes it, and refuses another description.
    metadata: z.looseObject({}).optional(),
    spec: InstitutionSyncSpec.describe('What is asked for.'),
    status: InstitutionSyncStatus.optional().describe(
      'What the controller found and did. Written by the controller only.',
    ),
  });
  const described = schema.describe(
    "Keeps the Organizations of an Auth0 tenant equal to Times Higher Education's institutions.",
  );
  return z.toJSONSchema(described, {
    target: 'openapi-3.0',
    io: 'input',
    override({ jsonSchema }) {
      makeStructural(jsonSchema);
      describeDefault(jsonSchema);
      putInReadingOrder(jsonSchema);
    },
  });
}

/** Changes what zod writes into what the API server accepts as a structural schema. */
function makeStructural(schema: Json): void {
  delete schema.additionalProperties;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.properties && Object.keys(schema.properties).length === 0) delete schema.properties;
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  // Bounds of the alternatives hold for values of their own type only, so they can stand together.
  Object.assign(schema, ...(schema.anyOf ?? []));
  delete schema.type;
  delete schema.anyOf;
}

/** `kubectl explain` shows descriptions, and no defaults. */
function describeDefault(schema: Json): void {
  const sentence = defaultSentence(schema.default);
  if (sentence === '' || schema.description === undefined) return;
  schema.description = `${schema.description} ${sentence}`;
}

/** What a field's description says of its default; nothing of a list or an object. */
export function defaultSentence(value: unknown): string {
  const isWord =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isWord ? `The default is ${value}.` : '';
}

/** Orders the keys for readers: what the field is comes first, what it contains last. */
function putInReadingOrder(schema: Json): void {
  const { description, type, default: initial, required, properties, items, ...others } = schema;
  const ordered = {
    description,
    type,
    default: initial,
    ...others,
    required,
    properties,
    items,
  };
  for (const key of Object.keys(schema)) delete schema[key];
  const present = Object.entries(ordered).filter(([, value]) => value !== undefined);
  Object.assign(schema, Object.fromEntries(present));
}
