import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { customResourceDefinition } from '../../src/api/crd.ts';

type Schema = Record<string, unknown>;

/** What bounds a value, or puts one in its place. */
const BOUNDS = [
  'pattern',
  'x-kubernetes-validations',
  'enum',
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'maxItems',
];
/** Fields that an older version did not have. */
const NEWER = new Set(['driftInterval', 'deletionPolicy', 'limits', 'requestBudget']);

/** The CustomResourceDefinition as it was first made. */
export function firstCrd(): unknown {
  return parse(readFileSync(path.join(import.meta.dirname, 'older-schemas/first.yaml'), 'utf8'));
}

/** The present one with fewer fields of the spec, which takes any value that has the right type. */
export function looseCrd(): unknown {
  const crd = JSON.parse(JSON.stringify(customResourceDefinition())) as {
    spec: { versions: [{ schema: { openAPIV3Schema: { properties: { spec: Schema } } } }] };
  };
  loosen(crd.spec.versions[0].schema.openAPIV3Schema.properties.spec);
  return crd;
}

function loosen(schema: Schema): void {
  for (const bound of BOUNDS) delete schema[bound];
  const properties = schema['properties'] as Record<string, Schema> | undefined;
  for (const [name, property] of Object.entries(properties ?? {})) {
    if (NEWER.has(name)) delete properties?.[name];
    else loosen(property);
  }
  if (schema['items'] !== undefined) loosen(schema['items'] as Schema);
}
