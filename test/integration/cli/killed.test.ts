import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { seededRandom } from '../../sandbox/random.ts';
import { runCli, startCli } from './run-cli.ts';
import { institutions, managed, openWorld } from './world.ts';

const KILLS = 8;
/** About as many as the whole sync needs. */
const REQUESTS = 50;
const AMPLE = { burst: 1_000, perMinute: 60_000 };

describe('sync, when it is killed', function () {
  this.timeout(60_000);
  const random = seededRandom(1);

  for (let i = 0; i < KILLS; i += 1) {
    const point = 1 + Math.floor(random() * REQUESTS);
    const laterMs = random() * 5;

    it(`at request ${point} of about ${REQUESTS} is completed by the next`, async () => {
      const reached = Promise.withResolvers<void>();
      let seen = 0;
      await using world = await openWorld({
        rows: institutions(40, 11),
        limits: { writes: AMPLE, byId: AMPLE, global: AMPLE },
        onRequest() {
          seen += 1;
          if (seen === point) reached.resolve();
        },
      });
      // Twenty stay, of which five have another name now; ten are gone; twenty are new.
      const old = managed(institutions(30)).map((organization, index) =>
        index % 4 === 0 && index >= 10
          ? { ...organization, display_name: `Formerly ${organization.display_name}` }
          : organization,
      );
      world.tenant.seed([...old, { name: 'staff', display_name: 'Staff' }]);
      const [staff] = world.tenant.organizations().slice(-1);
      const args = ['sync', '--DELETION_LIMIT=100%'];

      const cli = await startCli(args, { env: world.environment });
      await Promise.race([reached.promise.then(() => sleep(laterMs)), cli.ended]);
      if (cli.child.exitCode === null) {
        const exited = once(cli.child, 'exit');
        cli.child.kill('SIGKILL');
        await exited;
      }
      const next = await runCli(args, { env: world.environment });
      expect(next.code, next.stdout).to.equal(0);

      const wanted = managed(institutions(40, 11));
      const there = world.tenant.organizations();
      expect(there.filter(({ name }) => name === 'staff')).to.deep.equal([staff]);
      expect(
        there
          .filter(({ name }) => name !== 'staff')
          .map(({ name, display_name: shown }) => [name, shown]),
      ).to.have.deep.members(wanted.map(({ name, display_name: shown }) => [name, shown]));
      const made = (method: string, status: number) =>
        world.tenant.requests.count({ method, status, endpoint: 'writes' });
      expect([made('POST', 201), made('PATCH', 200), made('DELETE', 204)]).to.deep.equal([
        20, 5, 10,
      ]);
    });
  }
});
