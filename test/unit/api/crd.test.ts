import { expect } from 'chai';
import { z } from 'zod';
import { CONDITION_TYPES } from '../../../src/api/conditions.ts';
import { customResourceDefinition } from '../../../src/api/crd.ts';

type Schema = z.core.JSONSchema.BaseSchema;

interface Field {
  readonly path: string;
  readonly schema: Schema;
}

const [version] = customResourceDefinition().spec.versions;
const root = version?.schema.openAPIV3Schema ?? {};

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All fields beneath a schema, items of lists included. */
function fieldsOf(schema: Schema, path: string): Field[] {
  const children: [string, unknown][] = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [`${path}.${name}`, child],
  );
  if (schema.items) children.push([`${path}[]`, schema.items]);
  return children.flatMap(([path, child]) =>
    isSchema(child) ? [{ path, schema: child }, ...fieldsOf(child, path)] : [],
  );
}

const fields = fieldsOf(root, '');
const specFields = fields.filter(({ path }) => path.startsWith('.spec'));

describe('customResourceDefinition', () => {
  it('describes every field in a sentence', () => {
    for (const { path, schema } of fields) {
      if (path.endsWith('[]') || path === '.metadata') continue;
      expect(schema.description, path).to.match(/^[A-Z].+\.$/s);
    }
    expect(fields).to.have.length.greaterThan(80);
  });

  it('tells each default in its description, which is all that kubectl explain shows', () => {
    const told = specFields.flatMap(({ path, schema }) => {
      const [, value] = / The default is (\S+)\.$/.exec(schema.description ?? '') ?? [];
      return value === undefined ? [] : [[path, value]];
    });
    const scalars = specFields.filter(({ schema }) =>
      /string|number|bool/.test(typeof schema.default),
    );
    expect(told).to.deep.equal(scalars.map(({ path, schema }) => [path, String(schema.default)]));
    expect(told).to.deep.include(['.spec.nap', '30m']).and.deep.include(['.spec.suspend', 'false']);
  });

  it('bounds every string and list of the spec, so that rules stay cheap', () => {
    for (const { path, schema } of specFields) {
      if (schema.type === 'array') expect(schema.maxItems, path).to.be.a('number');
      if (schema.type === 'string') expect(schema.maxLength ?? schema.enum, path).to.exist;
      if (schema.type === 'integer') expect(schema, path).to.include.keys('minimum', 'maximum');
    }
  });

  it('uses no keyword that a structural schema forbids', () => {
    for (const { path, schema } of fields) {
      expect(schema, path).to.not.have.any.keys(
        'additionalProperties',
        '$ref',
        '$schema',
        'const',
        'nullable',
        'oneOf',
        'anyOf',
        'allOf',
        'not',
      );
      expect(schema, path).to.have.any.keys('type', 'x-kubernetes-int-or-string');
    }
  });

  it('has the columns of the contract, in order', () => {
    const columns = version?.additionalPrinterColumns ?? [];
    const names = (wide: boolean) =>
      columns.filter(({ priority = 0 }) => priority > 0 === wide).map(({ name }) => name);
    expect(names(false).join()).to.equal(
      'Ready,Status,Institutions,Organizations,Held,Last Sync,Age',
    );
    expect(names(true).join()).to.equal(
      'Domain,Nap,Created,Updated,Deleted,Failed,Next Sync,Suspended',
    );
  });

  it('has columns that point to fields of the schema', () => {
    const paths = new Set(fields.map(({ path }) => path));
    for (const { name, jsonPath } of version?.additionalPrinterColumns ?? []) {
      if (jsonPath.startsWith('.metadata.')) continue;
      const path = jsonPath.replace(/\[\?\(.*?\)\]/, '[]');
      expect(paths.has(path), name).to.equal(true);
    }
  });

  it('names the conditions', () => {
    const conditions = fields.find(({ path }) => path === '.status.conditions');
    for (const type of CONDITION_TYPES) expect(conditions?.schema.description).to.include(type);
  });

  it('is plain data', () => {
    const crd = customResourceDefinition();
    expect(JSON.parse(JSON.stringify(crd))).to.deep.equal(crd);
  });
});
