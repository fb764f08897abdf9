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

const Deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.looseObject({
    replicas: z.number(),
    strategy: z.unknown().optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        containers: z.array(z.looseObject({ image: z.string(), args: z.array(z.string()) })),
      }),
    }),
  }),
});

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

/** The Deployment, and the pod and the container that it makes. */
export function podOf(objects: readonly KubernetesObject[]) {
  const deployment = Deployment.parse(objects.find(({ kind }) => kind === 'Deployment'));
  const { metadata, spec } = deployment.spec.template;
  const [container] = spec.containers;
  return { deployment: deployment.spec, labels: metadata.labels, spec, container };
}
