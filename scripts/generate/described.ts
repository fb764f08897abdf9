import { z } from 'zod';
import { customResourceDefinition } from '../../src/api/crd.ts';

/** As much of a JSON schema as describes fields. */
const Described = z.object({
  description: z.string().optional(),
  get properties() {
    return z.record(z.string(), Described).optional();
  },
  get items() {
    return Described.optional();
  },
});
export type Described = z.output<typeof Described>;

/** The fields of an InstitutionSync and what they mean. */
export function describedFields(): Described {
  const [version] = customResourceDefinition().spec.versions;
  return Described.parse(version?.schema.openAPIV3Schema);
}
