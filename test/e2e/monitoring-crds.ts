import type { ControlPlane } from '../control-plane/start.ts';

type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: 'string' };
const DURATION: Schema = { type: 'string', pattern: '^([0-9]+(ms|s|m|h|d|w|y))+$' };
const TEXTS: Schema = { type: 'object', additionalProperties: TEXT };

const object = (properties: Readonly<Record<string, Schema>>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const list = (items: Schema): Schema => ({ type: 'array', items });

const RELABELING = object({
  action: { type: 'string' },
  sourceLabels: list(TEXT),
  targetLabel: TEXT,
  regex: TEXT,
  replacement: TEXT,
});

const ENDPOINT = object({
  port: TEXT,
  path: TEXT,
  honorLabels: { type: 'boolean' },
  interval: DURATION,
  scrapeTimeout: DURATION,
  relabelings: list(RELABELING),
  metricRelabelings: list(RELABELING),
});

const monitor = (endpoints: string): Schema =>
  object(
    {
      namespaceSelector: object({ any: { type: 'boolean' }, matchNames: list(TEXT) }),
      selector: object({ matchLabels: TEXTS }),
      [endpoints]: list(ENDPOINT),
    },
    ['selector', endpoints],
  );

const RULE = object(
  {
    record: TEXT,
    alert: { type: 'string' },
    expr: { 'x-kubernetes-int-or-string': true },
    for: DURATION,
    labels: TEXTS,
    annotations: TEXTS,
  },
  ['expr'],
);

/** The specs by kind; plural by adding an s. */
const SPECS: Readonly<Record<string, Schema>> = {
  ServiceMonitor: monitor('endpoints'),
  PodMonitor: monitor('podMetricsEndpoints'),
  PrometheusRule: object({
    groups: list(
      object({ name: { type: 'string', minLength: 1 }, interval: DURATION, rules: list(RULE) }, [
        'name',
      ]),
    ),
  }),
};

/**
 * Installs the kinds of Prometheus Operator that the chart uses, with its names and types for the
 * fields that the chart writes and no others: what is misspelt is refused, because kubectl validates
 * strictly. Resolves when they are served.
 */
export async function installMonitoringCrds(plane: ControlPlane): Promise<void> {
  const crds = Object.entries(SPECS).map(([kind, spec]) => {
    const plural = `${kind.toLowerCase()}s`;
    const schema = { openAPIV3Schema: object({ spec }, ['spec']) };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.monitoring.coreos.com` },
      spec: {
        group: 'monitoring.coreos.com',
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase() },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
  });
  const input = crds.map((crd) => JSON.stringify(crd)).join('\n---\n');
  for (const args of [
    ['apply', '--server-side', '-f', '-'],
    ['wait', '--for=condition=Established', '--timeout=30s', '-f', '-'],
  ]) {
    const { code, stderr } = await plane.kubectl(args, { input });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  }
}
