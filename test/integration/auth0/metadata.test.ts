import { expect } from 'chai';
import { clientOf, never } from './open.ts';
import { json, startScriptedServer } from './scripted-server.ts';

/** Keys that mean something to JavaScript; a text, because an object literal would not have them all. */
const AWKWARD = '{"__proto__":"p","constructor":"c","toString":"t","hasOwnProperty":"h","":"e"}';
const ORGANIZATION = `{"id":"org_1","name":"acme","metadata":${AWKWARD}}`;

function entries(organization: { readonly metadata: object } | string | undefined): unknown {
  return typeof organization === 'object' ? Object.entries(organization.metadata) : organization;
}

describe('auth0: metadata', () => {
  it('is read and written as it is, whatever its keys', async () => {
    await using server = await startScriptedServer(({ method, url, body }, response) => {
      const answer = method === 'PATCH' ? `{"id":"org_1","name":"acme",${body.slice(1)}` : '';
      const page = `{"organizations":[${ORGANIZATION}]}`;
      response.end(answer || (url.includes('?take') ? page : ORGANIZATION));
    });
    const { tenant } = await clientOf(server.host);
    const expected = Object.entries<string>(JSON.parse(AWKWARD));
    expect(expected).to.have.length(5);

    for await (const page of tenant.listOrganizations(never)) {
      expect(page.map(entries)).to.deep.equal([expected]);
    }
    expect(entries(await tenant.readOrganizationByName('acme', never))).to.deep.equal(expected);
    const read = await tenant.readOrganization('org_1', never);
    expect(entries(read)).to.deep.equal(expected);
    expect(JSON.stringify(read?.body)).to.equal(ORGANIZATION);

    const { metadata } = read ?? { metadata: {} };
    const updated = await tenant.updateOrganization('org_1', { metadata }, never);
    expect(server.seen.at(-1)?.body).to.equal(`{"metadata":${AWKWARD}}`);
    expect(entries(updated)).to.deep.equal(expected);
    await tenant.createOrganization(
      { name: 'acme', displayName: 'Acme', metadata, connections: [] },
      never,
    );
    expect(server.seen.at(-1)?.body).to.equal(
      `{"name":"acme","display_name":"Acme","metadata":${AWKWARD}}`,
    );
  });

  it('may be null or missing, as may the display name', async () => {
    await using server = await startScriptedServer((_seen, response) => {
      json(response, {
        organizations: [
          { id: 'org_1', name: 'a', display_name: null, metadata: null },
          { id: 'org_2', name: 'b', something_new: { of: ['any', 'kind'] } },
        ],
        next: null,
      });
    });
    const { tenant } = await clientOf(server.host);
    for await (const page of tenant.listOrganizations(never)) {
      expect(page).to.deep.equal([
        { id: 'org_1', name: 'a', displayName: undefined, metadata: {} },
        { id: 'org_2', name: 'b', displayName: undefined, metadata: {} },
      ]);
    }
  });
});
