import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';

/** A value of the chart, as its line of `values.yaml` and the comment above it tell. */
export interface ChartValue {
  /** Such as `image.tag`. */
  readonly path: string;
  readonly comment: string;
  /** Undefined for a map whose values are told one by one. */
  readonly fallback: unknown;
}

/** Whether the values in the map at this path are told one by one. */
export type IsSplit = (path: string) => boolean;

/**
 * All values, in the order of the file: those that hold something, and the maps with a comment of their
 * own.
 */
export function chartValues(text: string, isSplit: IsSplit): readonly ChartValue[] {
  const document = parseDocument(text);
  if (!isMap(document.contents)) throw new Error('values.yaml is not a map');
  return valuesIn(document.contents, '', isSplit, document.toJS());
}

function valuesIn(map: YAMLMap, prefix: string, isSplit: IsSplit, defaults: unknown): ChartValue[] {
  return map.items.flatMap((pair, index) => {
    const name = nameOf(pair);
    const path = prefix + name;
    // A comment above the first key counts as the map's own.
    const comment = sentence(commentOf(pair) ?? (index === 0 ? map.commentBefore : undefined));
    const fallback: unknown = Object(defaults)[name];
    const { value } = pair;
    if (!isMap(value) || value.items.length === 0 || !isSplit(path)) {
      return [{ path, comment, fallback }];
    }
    const within = valuesIn(value, `${path}.`, isSplit, fallback);
    return comment === '' ? within : [{ path, comment, fallback: undefined }, ...within];
  });
}

function nameOf({ key }: Pair): string {
  if (!isScalar(key)) throw new Error('A key of values.yaml is not plain');
  return String(key.value);
}

function commentOf({ key }: Pair): string | null | undefined {
  return isScalar(key) ? key.commentBefore : undefined;
}

function sentence(comment: string | null | undefined): string {
  return (comment ?? '').replace(/\s+/g, ' ').trim();
}
