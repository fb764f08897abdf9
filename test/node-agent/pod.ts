import { z } from 'zod';

const Port = z.union([z.number(), z.string()]);

/** The API server has filled in the defaults. */
const Probe = z.strictObject({
  httpGet: z.object({ path: z.string(), port: Port }),
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  successThreshold: z.number(),
  failureThreshold: z.number(),
});
export type Probe = Readonly<z.output<typeof Probe>>;

const KeyRef = z.object({
  name: z.string(),
  key: z.string(),
  optional: z.boolean().default(false),
});

const Variable = z.strictObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .strictObject({
      fieldRef: z.object({ fieldPath: z.string() }).optional(),
      secretKeyRef: KeyRef.optional(),
      configMapKeyRef: KeyRef.optional(),
    })
    .optional(),
});
export type Variable = z.output<typeof Variable>;

const Items = z.array(z.object({ key: z.string(), path: z.string() })).optional();

const Projection = z.strictObject({
  serviceAccountToken: z
    .object({
      path: z.string(),
      expirationSeconds: z.number(),
      audience: z.string().optional(),
    })
    .optional(),
  configMap: z.object({ name: z.string(), items: Items }).optional(),
  secret: z.object({ name: z.string(), items: Items }).optional(),
  downwardAPI: z
    .object({
      items: z.array(z.object({ path: z.string(), fieldRef: z.object({ fieldPath: z.string() }) })),
    })
    .optional(),
});
export type Projection = z.output<typeof Projection>;

const Volume = z.strictObject({
  name: z.string(),
  projected: z
    .object({ sources: z.array(Projection), defaultMode: z.number().optional() })
    .optional(),
  configMap: z.object({ name: z.string(), items: Items }).optional(),
  secret: z.object({ secretName: z.string(), items: Items }).optional(),
  emptyDir: z.object({}).optional(),
});
export type Volume = z.output<typeof Volume>;

const SecurityContext = z.object({
  runAsUser: z.number().optional(),
  runAsGroup: z.number().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
});

const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(Variable).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }))
    .default([]),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  securityContext: SecurityContext.default({}),
  terminationMessagePolicy: z.enum(['File', 'FallbackToLogsOnError']),
  // What the agent does not do must not be passed over in silence.
  lifecycle: z.undefined().optional(),
  envFrom: z.undefined().optional(),
});
export type Container = Readonly<z.output<typeof Container>>;

const PodSpec = z.object({
  nodeName: z.string(),
  serviceAccountName: z.string(),
  restartPolicy: z.literal('Always'),
  terminationGracePeriodSeconds: z.number(),
  hostname: z.string().optional(),
  securityContext: SecurityContext.default({}),
  containers: z.array(Container),
  initContainers: z.undefined().optional(),
  volumes: z.array(Volume).default([]),
});

const PodMetadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().optional(),
});

/** What the agent needs of a pod that is bound to a node; it refuses what it cannot do. */
export const Pod = z.object({ metadata: PodMetadata, spec: PodSpec });
export type Pod = Readonly<z.output<typeof Pod>>;

/** What it needs of any pod, to see whether the pod concerns it. */
export const PodHead = z.object({
  metadata: PodMetadata,
  spec: z.object({ nodeName: z.string().optional() }),
});
export type PodHead = Readonly<z.output<typeof PodHead>>;

export const PODS = { group: '', version: 'v1', plural: 'pods' };

/** The port's number, where a probe may name it. */
export function portNumber({ ports }: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  const found = ports.find(({ name }) => name === port);
  if (found === undefined) throw new Error(`The container has no port called ${port}`);
  return found.containerPort;
}

/** What `valueFrom.fieldRef` and the downward API tell. */
export function fieldOf({ metadata, spec }: Pod, address: string, path: string): string {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': address,
  };
  const value = fields[path];
  if (value === undefined) throw new Error(`The agent does not know the field ${path}`);
  return value;
}
