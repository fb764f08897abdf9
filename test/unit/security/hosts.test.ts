import { expect } from 'chai';
import * as fc from 'fast-check';
import { auth0Urls } from '../../../src/api/auth0-settings.ts';
import { Fault } from '../../../src/api/fault.ts';
import { InstitutionSyncSpec } from '../../../src/api/spec.ts';
import { allowList, assertAllowed } from '../../../src/controller/allow-list.ts';

const LISTS = {
  auth0Domains: allowList(['*.auth0.com']),
  institutionHosts: allowList(['*.timeshighereducation.com']),
};
const DOMAIN = 'acme.auth0.com';
const SOURCE = 'https://api.timeshighereducation.com/refdata/institutions';

interface Settings {
  readonly domain?: string;
  readonly tokenEndpoint?: string;
  readonly audience?: string;
  readonly endpoint?: string;
}

/**
 * Where a controller with the default lists would send credentials and requests for such a spec;
 * undefined when the schema or the lists refuse it.
 */
function destinationsOf({ domain = DOMAIN, tokenEndpoint, audience, endpoint }: Settings) {
  const { data: spec } = InstitutionSyncSpec.safeParse({
    auth0: { domain, tokenEndpoint, audience, credentialsSecretRef: { name: 'x' } },
    institutions: { endpoint },
  });
  if (spec === undefined) return undefined;
  const urls = auth0Urls(spec);
  const { host, managementApi } = urls;
  try {
    const institutions = spec.institutions.endpoint;
    assertAllowed({ domain: host, tokenEndpoint: urls.tokenEndpoint, institutions }, LISTS);
    return [managementApi, urls.tokenEndpoint, institutions].map((url) => new URL(url));
  } catch (error) {
    expect(error).to.be.instanceOf(Fault).and.to.include({ reason: 'InvalidSpec' });
    return undefined;
  }
}

/** Spellings of hosts that are on no list, or try to look like one that is. */
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  'another domain': ['evil.example', 'auth0.com.evil.example', 'evil-auth0.com', 'auth0.com.'],
  'the domain alone': ['auth0.com', 'auth0.com:443', '.auth0.com'],
  'this machine': ['localhost', 'localhost:8443', '127.0.0.1', '127.0.0.1:443', '0.0.0.0'],
  'the metadata service of a cloud': ['169.254.169.254', '169.254.169.254:80'],
  'a service of the cluster': ['kubernetes.default.svc', '10.96.0.1', 'kube-dns.kube-system'],
  'an IP address in decimal': ['2130706433', '3232235777'],
  'an IP address in octal': ['0177.0.0.1', '017700000001', '0251.0376.0251.0376'],
  'an IP address in hexadecimal': ['0x7f000001', '0x7f.0.0.1', '0xA9FEA9FE'],
  'a short IP address': ['127.1', '127.0.1', '0'],
  IPv6: ['[::1]', '[::1]:443', '[::ffff:127.0.0.1]', '::1', '[fe80::1%25eth0]'],
  'IPv6 with the domain inside': ['[::1].auth0.com', '[acme.auth0.com]'],
  'a user': ['acme.auth0.com@evil.example', 'a:b@evil.example', 'evil.example@acme.auth0.com'],
  'an encoded user': ['acme.auth0.com%40evil.example', 'evil.example%2f.auth0.com'],
  'an encoded dot or end': [
    'evil%2eexample',
    'evil.example%00.auth0.com',
    'evil.example%23.auth0.com',
  ],
  'a backslash': ['evil.example\\.auth0.com', 'evil.example\\@acme.auth0.com'],
  'a path, a query, a fragment': [
    'evil.example/.auth0.com',
    'evil.example?.auth0.com',
    'evil.example#.auth0.com',
  ],
  'a second port': [
    'evil.example:443.auth0.com',
    'evil.example:443:443',
    'acme.auth0.com:443@evil.example',
  ],
  'dots that are none': [
    'evil。example',
    'acme.auth0．com',
    'evil.example｡auth0.com',
    'acme。auth0.com',
  ],
  'letters that look alike': [
    'acme.аuth0.com',
    'acme.auth0.cοm',
    'acme.ａuth0.com',
    'acme.auth⓪.com',
  ],
  'letters that fold into others': [
    'acme.auth0.ℂom',
    'evil.example℀.auth0.com',
    'evilꓸexample.auth0.com',
    'ß.auth0.com',
  ],
  'punycode of look-alikes': ['acme.xn--uth0-53d.com', 'xn--acme-auth0-com-x.example'],
  'white space': [
    ' acme.auth0.com',
    'evil.example .auth0.com',
    'evil.example\t.auth0.com',
    'evil.example\n.auth0.com',
    'acme.auth0.com\r\n',
  ],
  'characters that cannot be seen': [
    'evil.example\u200b.auth0.com',
    'acme.auth0.com\u00ad',
    '\u202eacme.auth0.com',
    'evil.example\0.auth0.com',
  ],
  'a wildcard': ['*', '*.auth0.com', '*.com'],
  'a scheme': ['http://acme.auth0.com', 'file:///etc/passwd', '//evil.example'],
  nothing: ['', '.', ':443', '..auth0.com'],
};

/** What hosts and URLs are made of. */
const PARTS = [
  'acme',
  '.',
  'auth0.com',
  'evil.example',
  '@',
  ':',
  '443',
  '/',
  '\\',
  '%2e',
  '%40',
  '#',
  '?',
  '[',
  ']',
  '::1',
  '127.0.0.1',
  '0x7f',
  '*',
  '。',
  '\t',
  '\n',
  ' ',
  'xn--',
  '-',
  'A',
];

describe('security: hosts', () => {
  for (const [title, hosts] of Object.entries(HOSTILE)) {
    it(`no credentials and no request go to ${title}`, () => {
      for (const host of hosts) {
        const source = host.replaceAll('auth0.com', 'timeshighereducation.com');
        expect(destinationsOf({ domain: host }), `domain ${host}`).to.equal(undefined);
        for (const url of [`https://${host}/oauth/token`, `https://${host}`, host]) {
          expect(destinationsOf({ tokenEndpoint: url }), `token ${url}`).to.equal(undefined);
        }
        const url = `https://${source}/institutions`;
        expect(destinationsOf({ endpoint: url }), `source ${url}`).to.equal(undefined);
      }
    });
  }

  it('no request goes anywhere but by https', () => {
    for (const scheme of ['http', 'ftp', 'file', 'data', 'ws', 'javascript', 'HTTPS', 'https ']) {
      expect(destinationsOf({ tokenEndpoint: `${scheme}://${DOMAIN}/x` }), scheme).to.equal(
        undefined,
      );
      const endpoint = SOURCE.replace('https', scheme);
      expect(destinationsOf({ endpoint }), scheme).to.equal(undefined);
    }
  });

  it('no other field is a destination: the audience is sent as text', () => {
    const all = destinationsOf({ audience: 'https://evil.example/api/v2/' });
    expect(all?.map(({ host }) => host)).to.deep.equal([DOMAIN, DOMAIN, new URL(SOURCE).host]);
  });

  it('spellings of an allowed host reach that host and no other', () => {
    for (const [domain, host] of [
      ['ACME.Auth0.COM', 'acme.auth0.com'],
      ['acme.auth0.com:443', 'acme.auth0.com'],
      ['acme.auth0.com:8443', 'acme.auth0.com:8443'],
      ['xn--bcher-kva.auth0.com', 'xn--bcher-kva.auth0.com'],
    ] as const) {
      const [api, token] = destinationsOf({ domain }) ?? [];
      expect([api?.host, token?.host], domain).to.deep.equal([host, host]);
    }
  });

  it('whatever is written, what is allowed ends in the allowed domain', () => {
    const part = fc.constantFrom(...PARTS);
    const text = fc.oneof(
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((start) => `${start}.auth0.com`),
      fc.webUrl().map((url) => url.replace('https://', '')),
      fc.domain().map((domain) => `${domain}.auth0.com`),
    );
    let allowed = 0;
    fc.assert(
      fc.property(text, (host) => {
        for (const settings of [{ domain: host }, { tokenEndpoint: `https://${host}` }]) {
          for (const url of destinationsOf(settings)?.slice(0, 2) ?? []) {
            allowed += 1;
            expect(url.protocol).to.equal('https:');
            expect(url.hostname).to.match(/\.auth0\.com$/);
            expect(url.username + url.password).to.equal('');
          }
        }
      }),
      { numRuns: 1_000, seed: 20_261_123 },
    );
    expect(allowed).to.be.above(100);
  });

  it('no text costs time: the longest that looks like a host is judged at once', () => {
    const slow = [
      `${'a-'.repeat(120)}!`,
      `${'a.'.repeat(126)}!`,
      `${`${'a'.repeat(63)}.`.repeat(3)}${'1'.repeat(63)}`,
      '1.'.repeat(1_000_000),
      'a'.repeat(5_000_000),
    ];
    const startedAt = performance.now();
    for (const host of slow) {
      expect(destinationsOf({ domain: host })).to.equal(undefined);
      expect(destinationsOf({ tokenEndpoint: `https://${host}` })).to.equal(undefined);
      expect(destinationsOf({ endpoint: `https://${host}/x` })).to.equal(undefined);
    }
    expect(performance.now() - startedAt).to.be.below(2_000);
  });
});
