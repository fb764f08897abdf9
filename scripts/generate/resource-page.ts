import { z } from 'zod';
import { customResourceDefinition, defaultSentence } from '../../src/api/crd.ts';

/** As much of a JSON schema as a reader wants to know. */
const Field = z.object({
  description: z.string().default(''),
  type: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  required: z.array(z.string()).default([]),
  'x-kubernetes-int-or-string': z.boolean().optional(),
  get properties() {
    return z.record(z.string(), Field).optional();
  },
  get items() {
    return Field.optional();
  },
});
type Field = z.output<typeof Field>;

const INTRODUCTION = `# Reference of the resource

<!-- Generated from the schema in src/api by \`npm run generate\`. -->

\`InstitutionSync\`, short name \`isync\`, of API \`sync.timeshighereducation.com/v1alpha1\`. \`kubectl explain institutionsync.spec\` shows the same. Samples are in [deploy/samples](../deploy/samples).

## Annotations

| annotation | effect |
| --- | --- |
| \`sync.timeshighereducation.com/requestedAt: <any new value>\` | syncs now, with a full reading of the tenant; \`reconcile.fluxcd.io/requestedAt\` does the same |
| \`sync.timeshighereducation.com/approve: <planHash>\` | releases exactly the held changes that have this hash, once |
`;

/** The page docs/resource.md. */
export function resourcePage(): string {
  const [version] = customResourceDefinition().spec.versions;
  const { properties } = Field.parse(version?.schema.openAPIV3Schema);
  return [INTRODUCTION, specTable(properties?.['spec']), statusTable(properties?.['status'])].join(
    '\n',
  );
}

function specTable(spec: Field | undefined): string {
  const rows = leaves(spec, '').map(
    ({ path, field, required }) =>
      `| \`${path}\` | ${typeOf(field)} | ${required ? 'required' : defaultOf(field)} | ${cell(withoutDefault(field))} |`,
  );
  return ['## spec\n', '| field | type | default | |\n| --- | --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

function statusTable(status: Field | undefined): string {
  const rows = leaves(status, '').map(
    ({ path, field }) => `| \`${path}\` | ${typeOf(field)} | ${cell(field.description)} |`,
  );
  return ['## status\n', '| field | type | |\n| --- | --- | --- |', ...rows, ''].join('\n');
}

interface Leaf {
  readonly path: string;
  readonly field: Field;
  readonly required: boolean;
}

/** Fields that hold values, in the order of the schema; \`[]\` stands for the items of a list. */
function leaves(field: Field | undefined, prefix: string): readonly Leaf[] {
  return Object.entries(field?.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    const leaf = { path, field: child, required: field?.required.includes(name) ?? false };
    if (child.properties !== undefined) return leaves(child, `${path}.`);
    return child.items?.properties === undefined
      ? [leaf]
      : [leaf, ...leaves(child.items, `${path}[].`)];
  });
}

function typeOf(field: Field): string {
  if (field['x-kubernetes-int-or-string']) return 'integer or percentage';
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.type === 'array') {
    return field.items?.enum === undefined ? 'list' : `list of ${typeOf(field.items)}`;
  }
  return field.format === 'date-time' ? 'time' : (field.type ?? '');
}

function defaultOf({ default: value }: Field): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

/** It has a column of its own. */
function withoutDefault({ default: value, description }: Field): string {
  return description.replace(defaultSentence(value), '').trim();
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
