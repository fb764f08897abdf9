import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { valueFile } from '../../scripts/generate/renderings.ts';
import type { ControlPlane } from '../control-plane/start.ts';

export const CHART = path.join(import.meta.dirname, '../../charts/institution-sync');

const KubernetesObject = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type KubernetesObject = z.output<typeof KubernetesObject>;

/** Runs helm; rejects with what it said when it fails. */
export async function helm(
  plane: Pick<ControlPlane, 'helm'>,
  ...args: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await plane.helm(args);
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** The same for kubectl. */
export async function kubectl(plane: ControlPlane, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/**
 * What the chart would install as release `institution-sync`, with values as `--set` takes them on top
 * of a set of the chart's folder `ci`.
 */
export async function render(
  plane: Pick<ControlPlane, 'helm'>,
  namespace: string,
  values: readonly string[] = [],
  set = 'defaults',
): Promise<KubernetesObject[]> {
  const flags = ['--values', valueFile(set), ...values.flatMap((value) => ['--set', value])];
  const text = await helm(plane, 'template', 'institution-sync', CHART, '-n', namespace, ...flags);
  return objectsIn(text);
}

export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => KubernetesObject.parse(document.toJS()));
}

/** `Kind name` or `Kind namespace/name` of each object, for comparison. */
export function namesOf(objects: readonly KubernetesObject[]): string[] {
  return objects
    .map(({ kind, metadata: { namespace, name } }) =>
      namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    )
    .sort();
}
