import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';

/** A control plane of its own whose API server writes down what service accounts ask for. */
export interface AuditedPlane extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** What this service account (`namespace:name`) has asked for so far, watches that go on included. */
  requestsOf(account: string): Promise<readonly AuditedRequest[]>;
  /** How often a service account has read this Secret, rather than its metadata among others. */
  readings(secret: string): Promise<number>;
}

export interface AuditedRequest {
  /** `verb resource.group/subresource`, or the path of what is no resource. */
  readonly action: string;
  /** Undefined for a request about all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The status of the answer. */
  readonly code: number | undefined;
}

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
};

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

const ACCOUNT = 'system:serviceaccount:';

export async function startAuditedPlane(): Promise<AuditedPlane> {
  const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-audit-'));
  const policy = path.join(folder, 'policy.json');
  const log = path.join(folder, 'audit.log');
  await writeFile(policy, JSON.stringify(POLICY));
  const plane = await startControlPlane({
    apiServerFlags: { 'audit-policy-file': policy, 'audit-log-path': log },
  });

  async function events(): Promise<readonly AuditEvent[]> {
    const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as AuditEvent);
  }

  return {
    plane,
    async requestsOf(account) {
      const all = await events();
      return all.filter(({ user }) => user.username === ACCOUNT + account).map(requestOf);
    },
    async readings(secret) {
      const requests = (await events()).map(requestOf);
      return requests.filter(({ action, name }) => action === 'get secrets' && name === secret)
        .length;
    },
    async [Symbol.asyncDispose]() {
      await plane.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function requestOf(event: AuditEvent): AuditedRequest {
  const { verb, requestURI, objectRef, responseStatus } = event;
  return {
    action: `${verb} ${objectRef === undefined ? requestURI : resourceOf(objectRef)}`,
    namespace: objectRef?.namespace,
    name: objectRef?.name,
    code: responseStatus?.code,
  };
}

function resourceOf({ resource, apiGroup, subresource }: Required<AuditEvent>['objectRef']) {
  const group = apiGroup === undefined ? '' : `.${apiGroup}`;
  return `${resource}${group}${subresource === undefined ? '' : `/${subresource}`}`;
}
