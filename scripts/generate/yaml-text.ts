import { Document, type ToStringOptions } from 'yaml';

/** Says in each generated file where it comes from. */
export const GENERATED = '# Made by: npm run generate. Changes belong in src/api or the chart.\n';

/** The way that the repository's formatter writes YAML. */
const FORMAT: ToStringOptions = { lineWidth: 0, singleQuote: true };

/** The value, or a prepared document, as YAML. */
export function yamlText(value: unknown): string {
  const document =
    value instanceof Document ? value : new Document(value, { aliasDuplicateObjects: false });
  return document.toString(FORMAT);
}
