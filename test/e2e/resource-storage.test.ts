import { expect } from 'chai';
import { z } from 'zod';
import { InstitutionSync } from '../../src/api/institution-sync.ts';
import { GROUP, PLURAL } from '../../src/api/names.ts';
import { MINIMAL_SPEC, specWith } from '../unit/api/spec-with.ts';
import { openResourceBench, type ResourceBench } from './resource.ts';
import { STATUS } from './written-status.ts';

const Crd = z.object({
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })),
    storedVersions: z.array(z.string()),
  }),
});

describe('InstitutionSyncs in the API server', () => {
  let bench: ResourceBench;

  before(async function () {
    this.timeout(60_000);
    bench = await openResourceBench('storage');
  });

  it('are established without a complaint about their schema', async () => {
    const text = await bench.kubectl('get', 'crd', `${PLURAL}.${GROUP}`, '-o', 'json');
    const { conditions, storedVersions } = Crd.parse(JSON.parse(text)).status;
    expect(Object.fromEntries(conditions.map(({ type, status }) => [type, status]))).to.deep.equal({
      NamesAccepted: 'True',
      Established: 'True',
    });
    expect(storedVersions).to.deep.equal(['v1alpha1']);
  });

  it('are stored with every default, and without a status', async () => {
    await bench.create('defaults');
    const answer = await bench.request('GET', '/defaults');
    expect(answer.json)
      .to.have.property('spec')
      .that.deep.equals({
        nap: '30m',
        suspend: false,
        mode: 'Enforce',
        auth0: { ...MINIMAL_SPEC.auth0, requestBudget: 100, connections: [] },
        institutions: {
          endpoint: 'https://api.timeshighereducation.com/refdata/institutions',
          pageSize: 4000,
          minimum: 1,
        },
        organizations: { prune: true, adopt: true, metadata: [] },
        limits: { deletions: '5%', updates: '100%' },
        driftInterval: '1h',
        deletionPolicy: 'Retain',
      });
    expect(answer.json).to.not.have.property('status');
  });

  it('cannot move to another tenant', async () => {
    await bench.create('moving');
    const spec = specWith('auth0.domain', 'other.eu.auth0.com');
    const answer = await bench.replace('/moving', { spec });
    expect(answer.status).to.equal(422);
    expect(answer.text).to.include('spec.auth0.domain').and.include('cannot be changed');
    expect(answer.text).to.include('make a new InstitutionSync for the other tenant');
  });

  it('can change in everything else', async () => {
    await bench.create('changing');
    const answer = await bench.replace('/changing', {
      spec: {
        nap: '1h',
        suspend: true,
        mode: 'Plan',
        auth0: {
          domain: MINIMAL_SPEC.auth0.domain,
          audience: 'https://tenant.eu.auth0.com/api/v2/',
          tokenEndpoint: 'https://login.acme.example/oauth/token',
          credentialsSecretRef: { name: 'other' },
          requestBudget: 50,
          connections: [{ name: 'a' }],
        },
        institutions: { endpoint: 'https://b.example/', pageSize: 10, minimum: 2 },
        organizations: { prune: false, adopt: false, metadata: ['web'] },
        limits: { deletions: 1, updates: 2 },
        driftInterval: '2h',
        deletionPolicy: 'Delete',
      },
    });
    expect(answer.status, answer.text).to.equal(200);
    expect(InstitutionSync.parse(answer.json).metadata.generation).to.equal(2);
  });

  it('keep spec and status apart', async () => {
    await bench.create('apart');
    await bench.replace('/apart', { status: STATUS });
    expect((await bench.request('GET', '/apart')).json).to.not.have.property('status');
    await bench.replace('/apart/status', { status: STATUS, spec: specWith('nap', '5m') });
    const { metadata, spec, status } = InstitutionSync.parse(
      (await bench.request('GET', '/apart')).json,
    );
    expect(metadata.generation).to.equal(1);
    expect(spec.nap).to.equal('30m');
    expect(JSON.parse(JSON.stringify(status))).to.deep.equal(STATUS);
  });
});
