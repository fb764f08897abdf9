import { expect } from 'chai';
import { logLines, runCli } from './run-cli.ts';
import { institutions, managed, openWorld } from './world.ts';

describe('a removed organization', function () {
  this.timeout(30_000);

  it('stands in one log line with all that is needed to make it anew', async () => {
    await using world = await openWorld();
    const many = Array.from({ length: 20 }, (_, index) => [`key ${index}`, 'x'.repeat(255)]);
    const [gone] = managed(institutions(1, 9));
    const seeded = {
      ...gone!,
      display_name: 'Universität "Übersee"\u2028 \u{1f393}',
      metadata: {
        ...gone!.metadata,
        ...Object.fromEntries(many),
        token: 'of the library',
        password: 'hint: ask the dean',
        authorization: 'Bearer of good news',
      },
      branding: {
        logo_url: 'https://logo.example/1.png?password=a',
        colors: { primary: '#012345', page_background: '#6789ab' },
      },
    };
    const [id] = world.tenant.seed([...managed(institutions(3)), seeded]).slice(-1);
    const { code, stdout } = await runCli(['sync', '--DELETION_LIMIT=1'], {
      env: world.environment,
    });
    expect(code).to.equal(0);
    expect(world.names()).to.have.length(3);

    const lines = logLines(stdout).filter(({ operation }) => operation === 'delete');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ message: 'organization changed', organizationId: id });
    const { before, body } = lines[0] ?? {};
    expect([before, body]).to.deep.include({ id, ...seeded });
  });
});
