import { z } from 'zod';

const Bom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ version: z.string() }) }),
  components: z.array(z.looseObject({ name: z.string() })).min(1),
});

/**
 * The bill of materials as `npm sbom` made it, under the project's name: npm takes the name of the
 * folder. Throws when npm gave none.
 */
export function namedBom(output: string | undefined, name: string): string {
  const bom = Bom.parse(JSON.parse(output ?? ''));
  bom.metadata.component['name'] = name;
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}
