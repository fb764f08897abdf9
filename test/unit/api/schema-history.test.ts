import { expect } from 'chai';
import { z } from 'zod';
import { customResourceDefinition } from '../../../src/api/crd.ts';
import { firstCrd } from '../../e2e/older-schema.ts';

const Field = z.object({
  type: z.string().optional(),
  required: z.array(z.string()).default([]),
  get properties() {
    return z.record(z.string(), Field).default({});
  },
  get items() {
    return Field.optional();
  },
});
type Field = z.output<typeof Field>;

const Crd = z.object({
  spec: z.object({
    versions: z.array(
      z.object({
        name: z.string(),
        served: z.boolean(),
        storage: z.boolean(),
        schema: z.object({ openAPIV3Schema: Field }),
      }),
    ),
  }),
});

/** What an object of `before` could hold that `now` would drop, retype or miss. */
function lostFields(before: Field, now: Field | undefined, path: string): readonly string[] {
  if (now === undefined) return [`${path} is gone`];
  const retyped = now.type === before.type ? [] : [`${path} is a ${now.type} now`];
  const demanded = now.required
    .filter((name) => !before.required.includes(name))
    .map((name) => `${path}.${name} is required now`);
  const within = Object.entries(before.properties).flatMap(([name, field]) =>
    lostFields(field, now.properties[name], `${path}.${name}`),
  );
  const items = before.items ? lostFields(before.items, now.items, `${path}[]`) : [];
  return [...retyped, ...demanded, ...within, ...items];
}

describe('the schema of the resource', () => {
  const [before, ...others] = Crd.parse(firstCrd()).spec.versions;
  const versions = Crd.parse(customResourceDefinition()).spec.versions;

  it('still serves every version that ever stored objects', () => {
    expect(others).to.deep.equal([]);
    const served = versions.filter((version) => version.served).map(({ name }) => name);
    expect(served).to.include(before?.name);
    expect(versions.filter(({ storage }) => storage)).to.have.length(1);
  });

  it('has lost, retyped or newly required no field since it was first made', () => {
    const now = versions.find(({ name }) => name === before?.name)?.schema.openAPIV3Schema;
    expect(before && lostFields(before.schema.openAPIV3Schema, now, '')).to.deep.equal([]);
  });

  it('would be found out', () => {
    const field = (value: unknown) => Field.parse(value);
    const old = field({ type: 'object', properties: { a: { type: 'string' }, b: {} } });
    const now = field({ type: 'object', required: ['a'], properties: { a: { type: 'integer' } } });
    expect(lostFields(old, now, '')).to.deep.equal([
      '.a is required now',
      '.a is a integer now',
      '.b is gone',
    ]);
  });
});
