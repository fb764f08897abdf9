import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControlPlane, type ControlPlane } from '../control-plane/start.ts';

/** A control plane of its own whose API server writes down who reads Secrets. */
export interface AuditedPlane extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** How often a service account has read this Secret, rather than its metadata among others. */
  readings(secret: string): Promise<number>;
}

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] },
    { level: 'None' },
  ],
};

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly name?: string };
}

export async function startAuditedPlane(): Promise<AuditedPlane> {
  const folder = await mkdtemp(path.join(tmpdir(), 'institution-sync-audit-'));
  const policy = path.join(folder, 'policy.json');
  const log = path.join(folder, 'audit.log');
  await writeFile(policy, JSON.stringify(POLICY));
  const plane = await startControlPlane({
    apiServerFlags: { 'audit-policy-file': policy, 'audit-log-path': log },
  });
  return {
    plane,
    async readings(secret) {
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      return lines
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ user }) => user.username.startsWith('system:serviceaccount:'))
        .filter(({ verb, objectRef }) => verb === 'get' && objectRef?.name === secret).length;
    },
    async [Symbol.asyncDispose]() {
      await plane.stop();
      await rm(folder, { recursive: true });
    },
  };
}
