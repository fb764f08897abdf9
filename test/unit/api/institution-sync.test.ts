import { expect } from 'chai';
import { Fault } from '../../../src/api/fault.ts';
import {
  InstitutionSync,
  InstitutionSyncHead,
  InstitutionSyncManifest,
  parseSpec,
} from '../../../src/api/institution-sync.ts';
import { MINIMAL_SPEC } from './spec-with.ts';

const STORED = {
  apiVersion: 'sync.timeshighereducation.com/v1alpha1',
  kind: 'InstitutionSync',
  metadata: {
    name: 'universities',
    namespace: 'identity',
    uid: '0d1e6c5a',
    generation: 2,
    resourceVersion: '42',
    creationTimestamp: '2026-01-02T03:04:05Z',
    managedFields: [{ manager: 'kubectl' }],
    labels: { team: 'identity' },
  },
  spec: MINIMAL_SPEC,
};

function faultOf(spec: unknown): Fault {
  try {
    parseSpec(spec);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('the spec was accepted');
}

describe('InstitutionSync', () => {
  it('keeps of the metadata what is used', () => {
    const { metadata, spec, status } = InstitutionSync.parse(STORED);
    expect(metadata).to.deep.equal({
      name: 'universities',
      namespace: 'identity',
      uid: '0d1e6c5a',
      generation: 2,
      resourceVersion: '42',
      creationTimestamp: '2026-01-02T03:04:05Z',
      finalizers: [],
      annotations: {},
    });
    expect(spec.nap).to.equal('30m');
    expect(status).to.equal(undefined);
  });

  it('reads an object that another version has written', () => {
    const status = { conditions: 'Ready', observedGeneration: 1, phase: 'Old' };
    const parsed = InstitutionSync.parse({ ...STORED, status, extra: true });
    expect(parsed.status?.observedGeneration).to.equal(1);
    expect(parsed.status?.conditions).to.equal(undefined);
  });

  it('reads the head of an object whose spec it does not understand', () => {
    const stored = { ...STORED, spec: { ...MINIMAL_SPEC, mode: 'Simulate' } };
    expect(InstitutionSync.safeParse(stored).success).to.equal(false);
    expect(InstitutionSyncHead.parse(stored).metadata.uid).to.equal('0d1e6c5a');
  });
});

describe('InstitutionSyncManifest', () => {
  it('reads what a person writes', () => {
    const manifest = { ...STORED, metadata: { name: 'universities' } };
    const parsed = InstitutionSyncManifest.parse(manifest);
    expect(parsed.metadata).to.deep.equal({ name: 'universities' });
    expect(parsed.spec.limits.deletions).to.equal('5%');
  });

  it('refuses another kind or version', () => {
    for (const changed of [{ kind: 'Secret' }, { apiVersion: 'v1' }]) {
      expect(InstitutionSyncManifest.safeParse({ ...STORED, ...changed }).success).to.equal(false);
    }
  });
});

describe('parseSpec', () => {
  it('gives the spec with its defaults', () => {
    expect(parseSpec(MINIMAL_SPEC).driftInterval).to.equal('1h');
  });

  it('throws a Fault that names every field that is wrong and does not change', () => {
    const spec = { auth0: { credentialsSecretRef: { name: 'x' } }, nap: '1d' };
    const first = faultOf(spec);
    expect(first.reason).to.equal('InvalidSpec');
    expect(first.message).to.include('spec.nap: must be a duration');
    expect(first.message).to.include('spec.auth0.domain: is required');
    expect(faultOf(spec).message).to.equal(first.message);
  });

  it('has a message also when there is no spec at all', () => {
    expect(faultOf(undefined).message).to.equal('spec: is required. Correct the object.');
  });
});
