import { Pod, type Container } from '../../node-agent/pod.ts';

const PROBE = { periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 1 };

/** A container with these fields on top of what each has. */
export function containerWith(fields: Readonly<Record<string, unknown>> = {}): Container {
  const container = podWith({}, fields).spec.containers[0];
  if (container === undefined) throw new Error('The pod has no container');
  return container;
}

/** A pod of one container, bound to a node. */
export function podWith(
  spec: Readonly<Record<string, unknown>> = {},
  container: Readonly<Record<string, unknown>> = {},
): Pod {
  return Pod.parse({
    metadata: { name: 'pod-1', namespace: 'home', uid: '1234' },
    spec: {
      nodeName: 'node-a',
      serviceAccountName: 'robot',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: 'main',
          image: 'program:1',
          ports: [{ name: 'health', containerPort: 8081 }],
          terminationMessagePolicy: 'File',
          ...container,
        },
      ],
      ...spec,
    },
  });
}

export function probeOf(fields: Readonly<Record<string, unknown>> = {}) {
  return { ...PROBE, httpGet: { path: '/readyz', port: 'health' }, ...fields };
}
