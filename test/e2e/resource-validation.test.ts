import { expect } from 'chai';
import { z } from 'zod';
import { InstitutionSyncSpec } from '../../src/api/spec.ts';
import { ACCEPTED_SPECS } from '../unit/api/accepted-specs.ts';
import { REFUSED_SPECS } from '../unit/api/refused-specs.ts';
import { specWith } from '../unit/api/spec-with.ts';
import { manifestOf, openResourceBench, type ResourceBench } from './resource.ts';

const Stored = z.object({ spec: z.record(z.string(), z.unknown()) });
const Refusal = z.object({ reason: z.string(), message: z.string() });

describe('the API server and InstitutionSyncs', () => {
  let bench: ResourceBench;

  before(async function () {
    this.timeout(60_000);
    bench = await openResourceBench('validation');
  });

  for (const { title, spec, field } of REFUSED_SPECS) {
    it(`refuses ${title}`, async () => {
      const answer = await bench.request('POST', '?dryRun=All', manifestOf('refused', spec));
      expect(answer.status).to.equal(422);
      const { reason, message } = Refusal.parse(answer.json);
      expect(reason).to.equal('Invalid');
      expect(message).to.include(field);
      expect(message).to.not.match(/internal error|no such overload|cost/i);
    });
  }

  for (const { title, spec } of ACCEPTED_SPECS) {
    it(`accepts ${title}, with the parser's defaults`, async () => {
      const answer = await bench.request('POST', '?dryRun=All', manifestOf('accepted', spec));
      expect(answer.status, answer.text).to.equal(201);
      const stored = Stored.parse(answer.json).spec;
      expect(stored).to.deep.equal(InstitutionSyncSpec.parse(spec));
    });
  }

  it('tells whoever uses kubectl apply which field is wrong in every object', async function () {
    this.timeout(120_000);
    const objects = REFUSED_SPECS.map(({ spec }, index) => manifestOf(`refused-${index}`, spec));
    const { code, stdout, stderr } = await bench.plane.kubectl(
      ['-n', bench.namespace, 'apply', '-f', '-'],
      { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') },
    );
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    for (const [index, { title, field }] of REFUSED_SPECS.entries()) {
      const said = stderr
        .split('\n')
        .find((line) => line.includes(`"refused-${index}" is invalid`));
      expect(said, title).to.be.a('string').that.includes(field);
    }
  });

  it('explains in words what would be right', async () => {
    for (const [path, value, words] of [
      ['nap', '1d', 'must be a duration such as 30m'],
      ['auth0.domain', 'https://acme.eu.auth0.com', 'must be a host such as acme.eu.auth0.com'],
      ['auth0.tokenEndpoint', 'http://a/oauth/token', 'must be an https:// URL'],
      ['limits.deletions', '1000%', 'must be a whole number such as 500, or a percentage'],
      ['mode', 'DryRun', 'supported values: "Enforce", "Plan"'],
    ] as const) {
      const answer = await bench.request(
        'POST',
        '?dryRun=All',
        manifestOf('refused', specWith(path, value)),
      );
      expect(Refusal.parse(answer.json).message).to.include(words);
    }
  });
});
