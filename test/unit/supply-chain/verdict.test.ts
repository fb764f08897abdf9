import { expect } from 'chai';
import { auditVerdict, signaturesVerdict } from '../../../scripts/supply-chain/verdict.ts';

describe('what the registry says of packages', () => {
  it('is clean when an answer names none', () => {
    const audit = { auditReportVersion: 2, vulnerabilities: {}, metadata: {} };
    expect(auditVerdict(JSON.stringify(audit))).to.deep.equal({ kind: 'clean' });
    const signatures = { invalid: [], missing: [] };
    expect(signaturesVerdict(JSON.stringify(signatures))).to.deep.equal({ kind: 'clean' });
  });

  it('is a finding when an answer names one', () => {
    const vulnerabilities = { axios: { name: 'axios', severity: 'high', range: '<1.0.0' } };
    const audit = { auditReportVersion: 2, vulnerabilities };
    const findings = ['axios <1.0.0 is vulnerable (high)'];
    expect(auditVerdict(JSON.stringify(audit))).to.deep.equal({ kind: 'found', findings });

    const one = { name: 'zod', version: '4.6.7' };
    expect(signaturesVerdict(JSON.stringify({ invalid: [one], missing: [] }))).to.deep.equal({
      kind: 'found',
      findings: ['zod 4.6.7 has an invalid signature'],
    });
    expect(signaturesVerdict(JSON.stringify({ invalid: [], missing: [one] }))).to.deep.equal({
      kind: 'found',
      findings: ['zod 4.6.7 has no signature'],
    });
  });

  const refused = {
    message: '405 Method Not Allowed - POST https://registry.example/advisories',
    statusCode: 405,
    error: { summary: '', detail: '' },
  };
  const unreachable = { error: { code: 'ENOTFOUND', summary: 'request failed', detail: '' } };
  const silences: readonly [string, string | undefined, string][] = [
    ['a mirror that refuses the question', JSON.stringify(refused), '405 Method Not Allowed'],
    ['a host that is not found', JSON.stringify(unreachable), 'ENOTFOUND'],
    ['no word', '', 'npm said nothing readable'],
    ['words that are no JSON', 'found 0 vulnerabilities', 'npm said nothing readable'],
    ['an empty object', '{}', 'npm said nothing readable'],
    ['no end in time', undefined, 'not in time'],
  ];
  for (const [title, output, why] of silences) {
    it(`is no finding and not clean either for ${title}`, () => {
      for (const verdictOf of [auditVerdict, signaturesVerdict]) {
        expect(verdictOf(output)).to.deep.equal({ kind: 'noAnswer', why });
      }
    });
  }
});
