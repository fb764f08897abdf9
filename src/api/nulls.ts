/** A resource has five levels. */
const DEEPEST = 100;

/**
 * The value without the properties that are null, however deep: the API server takes a null for a
 * field that was left out. What lies deeper than any schema here looks stays as it is.
 */
export function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, property]) => property !== null)
      .map(([key, property]) => [key, withoutNulls(property, depth + 1)]),
  );
}
