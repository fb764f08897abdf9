import { z } from 'zod';

/**
 * An optional field that is left out when it cannot be read: another version of the controller may
 * have written it.
 */
export function ifReadable<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

/** An optional list without the items that cannot be read. */
export function readableItems<Schema extends z.ZodType>(item: Schema, maxItems: number) {
  return ifReadable(
    z.preprocess(
      (value) =>
        Array.isArray(value) ? value.filter((entry) => item.safeParse(entry).success) : value,
      z.array(item).max(maxItems),
    ),
  );
}
