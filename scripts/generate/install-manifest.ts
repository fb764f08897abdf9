import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { GENERATED, yamlText } from './yaml-text.ts';

const NAME = 'institution-sync';
const CHART = path.join(import.meta.dirname, '../../charts', NAME);

/** What helm writes for itself; it means nothing without a release. */
const HELM_METADATA = new Set([
  'helm.sh/chart',
  'helm.sh/resource-policy',
  'app.kubernetes.io/managed-by',
]);

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

const NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: NAME,
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  },
};

/** The chart with its default values in the namespace `institution-sync`, for `kubectl apply`. */
export async function installManifest(helm: string): Promise<string> {
  const { stdout } = await promisify(execFile)(helm, ['template', NAME, CHART, '-n', NAME]);
  const objects = parseAllDocuments(stdout).map((document) => Manifest.parse(document.toJS()));
  const documents = [NAMESPACE, ...objects.map(withoutHelmMetadata)];
  return GENERATED + documents.map((document) => yamlText(document)).join('---\n');
}

function withoutHelmMetadata(object: z.output<typeof Manifest>) {
  const { apiVersion, kind, metadata, ...content } = object;
  const { labels, annotations, ...names } = metadata;
  const kept = { ...names, ...without('labels', labels), ...without('annotations', annotations) };
  return { apiVersion, kind, metadata: kept, ...content };
}

/** `{ [name]: entries }` without helm's entries, or nothing when none is left. */
function without(name: string, entries: Readonly<Record<string, string>> = {}) {
  const rest = Object.entries(entries).filter(([key]) => !HELM_METADATA.has(key));
  return rest.length > 0 ? { [name]: Object.fromEntries(rest) } : {};
}
