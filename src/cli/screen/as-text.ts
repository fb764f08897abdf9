/** A value as `-o json` or `-o yaml` writes it, with a newline at its end. */
export async function asText(value: unknown, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  // Loaded only when it is asked for.
  const { stringify } = await import('yaml');
  return stringify(value);
}
