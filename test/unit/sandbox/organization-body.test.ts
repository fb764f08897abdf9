import { expect } from 'chai';
import { organizationBodies } from '../../sandbox/auth0/organization-body.ts';
import { judge } from '../../sandbox/auth0/payload.ts';

const bodies = organizationBodies(false);

function complaint(body: unknown): string | undefined {
  return judge(bodies.create, body).complaint;
}

function keys(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, 'value']));
}

const FINE: readonly [string, unknown][] = [
  ['a name alone', { name: 'a' }],
  ['the longest name', { name: 'a'.repeat(50) }],
  ['dashes, underscores and digits', { name: '0-a_b--c9' }],
  ['org without its underscore', { name: 'org-1' }],
  ['the longest display name', { name: 'a', display_name: 'é'.repeat(255) }],
  ['25 keys of metadata', { name: 'a', metadata: keys(25) }],
  ['no key of metadata', { name: 'a', metadata: {} }],
  ['the longest key and value', { name: 'a', metadata: { ['k'.repeat(255)]: 'v'.repeat(255) } }],
  [
    'branding',
    {
      name: 'a',
      branding: {
        logo_url: 'https://example.com/a.png',
        colors: { primary: '#0059d6', page_background: '#000000' },
      },
    },
  ],
  ['a token quota', { name: 'a', token_quota: { client_credentials: { per_day: 5 } } }],
  ['10 connections', { name: 'a', enabled_connections: connections(10) }],
];

const WRONG: readonly [string, unknown, string][] = [
  ['no object', [], "'Expected type object but found type array'"],
  ['null', null, "'Expected type object but found type null'"],
  ['no name', { display_name: 'A' }, "'Missing required property: name'"],
  ['an empty name', { name: '' }, "'String is too short (0 chars), minimum 1' on property name"],
  [
    'a long name',
    { name: 'a'.repeat(51) },
    "'String is too long (51 chars), maximum 50' on property name",
  ],
  [
    'a name of another type',
    { name: 1 },
    "'Expected type string but found type number' on property name",
  ],
  ['capitals', { name: 'Acme' }, 'does not match pattern'],
  ['a space', { name: 'a b' }, 'does not match pattern'],
  ['a dash in front', { name: '-a' }, 'does not match pattern'],
  ['an underscore at the end', { name: 'a_' }, 'does not match pattern'],
  ['org_ in front', { name: 'org_a' }, 'does not match pattern'],
  ['a slash', { name: 'a/b' }, 'does not match pattern'],
  ['an empty display name', { name: 'a', display_name: '' }, 'too short'],
  [
    'a long display name',
    { name: 'a', display_name: 'a'.repeat(256) },
    "'String is too long (256 chars), maximum 255' on property display_name",
  ],
  [
    'a display name of too many UTF-16 units',
    { name: 'a', display_name: '😀'.repeat(128) },
    'too long (256',
  ],
  ['a null display name', { name: 'a', display_name: null }, 'found type null'],
  [
    '26 keys of metadata',
    { name: 'a', metadata: keys(26) },
    "'Too many properties defined (26), maximum 25' on property metadata",
  ],
  ['a list for metadata', { name: 'a', metadata: [] }, 'found type array'],
  ['a number in metadata', { name: 'a', metadata: { k: 1 } }, 'on property metadata.k'],
  ['null in metadata', { name: 'a', metadata: { k: null } }, 'found type null'],
  ['an empty value in metadata', { name: 'a', metadata: { k: '' } }, 'too short'],
  ['a long value in metadata', { name: 'a', metadata: { k: 'v'.repeat(256) } }, 'too long (256'],
  [
    'too many UTF-16 units in metadata',
    { name: 'a', metadata: { k: '😀'.repeat(128) } },
    'too long (256',
  ],
  ['a long key in metadata', { name: 'a', metadata: { ['k'.repeat(256)]: 'v' } }, 'too long (256'],
  ['an unknown key', { name: 'a', nmae: 'b' }, "'Additional properties not allowed: nmae'"],
  ['an id', { name: 'a', id: 'org_0123456789abcdef' }, 'Additional properties not allowed: id'],
  ['branding of unknown keys', { name: 'a', branding: { logo: 'x' } }, 'not allowed: logo'],
  ['a logo without https', { name: 'a', branding: { logo_url: 'http://a.b' } }, 'pattern'],
  [
    'half of the colours',
    { name: 'a', branding: { colors: { primary: '#000000' } } },
    'Missing required property: branding.colors.page_background',
  ],
  ['a quota of 0', { name: 'a', token_quota: { client_credentials: { per_day: 0 } } }, 'less than'],
  [
    '11 connections',
    { name: 'a', enabled_connections: connections(11) },
    "'Array is too long (11), maximum 10' on property enabled_connections",
  ],
  [
    'a connection without its id',
    { name: 'a', enabled_connections: [{ show_as_button: true }] },
    'Missing required property: enabled_connections.0.connection_id',
  ],
];

function connections(count: number): { connection_id: string }[] {
  return Array.from({ length: count }, (_, n) => ({ connection_id: `con_${n}` }));
}

describe('sandbox: the body of an organization', () => {
  for (const [what, body] of FINE) {
    it(`may have ${what}`, () => {
      expect(complaint(body)).to.equal(undefined);
    });
  }

  for (const [what, body, wanted] of WRONG) {
    it(`is refused with ${what}`, () => {
      expect(complaint(body)).to.contain(wanted);
    });
  }

  it('may have an empty metadata value where the tenant allows it', () => {
    const lenient = organizationBodies(true);
    expect(judge(lenient.create, { name: 'a', metadata: { k: '' } }).complaint).to.equal(undefined);
    expect(judge(lenient.create, { name: 'a', metadata: { '': 'v' } }).complaint).to.contain(
      'short',
    );
  });

  it('is partial in a PATCH, but not empty, and cannot enable connections', () => {
    expect(judge(bodies.update, { display_name: 'A' }).complaint).to.equal(undefined);
    expect(judge(bodies.update, { metadata: {} }).complaint).to.equal(undefined);
    expect(judge(bodies.update, {}).complaint).to.contain(
      'Too few properties defined (0), minimum 1',
    );
    expect(judge(bodies.update, { id: 'org_1', name: 'a' }).complaint).to.equal(
      "'Additional properties not allowed: id'",
    );
    expect(judge(bodies.update, { enabled_connections: [] }).complaint).to.contain('not allowed');
  });
});
