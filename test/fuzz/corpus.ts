import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'corpus');

/** The files of one folder of the corpus, by their names. */
export function corpusFiles(folder: string): readonly (readonly [label: string, bytes: Buffer])[] {
  const at = join(FOLDER, folder);
  return readdirSync(at)
    .toSorted()
    .map((file) => [`${folder}/${file}`, readFileSync(join(at, file))] as const);
}

/** The entries of one JSON file of the corpus, which is a list. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each edge knows its own files
export function corpusList<Input>(file: string): readonly (readonly [string, Input])[] {
  const list = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as readonly Input[];
  return list.map((input, i) => [`${file}#${i}`, input] as const);
}
