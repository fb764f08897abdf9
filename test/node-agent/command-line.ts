import type { Image } from './image.ts';
import { fieldOf, type Container, type Pod, type Variable } from './pod.ts';
import type { References } from './volumes.ts';

/** The container's command: the image's, unless the pod replaces it. */
export function commandOf(
  container: Container,
  image: Image,
  env: Readonly<Record<string, string>>,
  address: string,
): readonly string[] {
  const { command, args, ports } = container;
  const entrypoint = command ?? image.entrypoint;
  const rest = args ?? (command === undefined ? image.args : []);
  const own = new Set(ports.map(({ containerPort }) => String(containerPort)));
  return [...entrypoint, ...rest].map((word) => atAddress(expand(word, env), address, own));
}

/**
 * Pods of a machine share its ports here, so what a container would listen on at all addresses of its
 * pod (`:8080`) becomes a port of the pod's own address.
 */
function atAddress(word: string, address: string, ports: ReadonlySet<string>): string {
  return word.replace(/(^|=):(\d+)$/, (all, before: string, port: string) =>
    ports.has(port) ? `${before}${address}:${port}` : all,
  );
}

/** Kubernetes replaces $(NAME) by a variable that is known and leaves what is not; $$ is a dollar. */
function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) =>
    all === '$$' ? '$' : (env[name ?? ''] ?? all),
  );
}

/** The container's environment: the image's, the API server's address, then what the pod says. */
export async function environmentOf(
  pod: Pod,
  container: Container,
  image: Image,
  place: { readonly address: string; readonly server: string; readonly references: References },
): Promise<Readonly<Record<string, string>>> {
  const { hostname, port } = new URL(place.server);
  const env: Record<string, string> = {
    ...image.env,
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    KUBERNETES_SERVICE_PORT_HTTPS: port,
  };
  for (const variable of container.env) {
    const value = await valueOf(variable);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;

  async function valueOf({ value = '', valueFrom }: Variable): Promise<string | undefined> {
    if (valueFrom === undefined) return expand(value, env);
    const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
    if (fieldRef) return fieldOf(pod, place.address, fieldRef.fieldPath);
    const ref = secretKeyRef ?? configMapKeyRef;
    if (ref === undefined) return undefined;
    const { references } = place;
    const files = await (secretKeyRef ? references.secret : references.configMap)(ref.name);
    const found = files[ref.key]?.toString();
    if (found === undefined && !ref.optional) {
      throw new Error(`couldn't find key ${ref.key} in ${ref.name}`);
    }
    return found;
  }
}
