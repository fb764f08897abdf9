import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../sandbox/random.ts';
import type { ControllerProcess } from './controller-process.ts';
import { approvedRemoval, firstSync, lastRemoval, laterSync, type Work } from './killed-work.ts';
import { openWorld, type World } from './world.ts';

/** Another seed: other points. */
const SEED = Number(process.env['KILL_SEED'] ?? 1);
const KILLS = 50;
/** About what all the work of a round needs, and what completes it when it was cut off. */
const REQUESTS = { first: 140, later: 50 };
/** A process whose work is done before the point is reached is killed all the same. */
const ALL_DONE_MS = 1_500;

/** Where a process is killed. */
type Point =
  /** Some milliseconds after it was started, with all the work waiting for it. */
  | { readonly kind: 'start'; readonly ms: number }
  /** Some milliseconds after its n-th request to Auth0 has arrived. */
  | { readonly kind: 'request'; readonly n: number; readonly ms: number };

describe('a controller that is killed, wherever it stands', function () {
  this.timeout(240_000);
  const random = seededRandom(SEED);
  let world: World;
  let controller: ControllerProcess;
  let works: readonly Work[] = [];
  let onRequest: () => void = () => {};

  before(async () => {
    world = await openWorld();
    ({ controller } = world.operator);
    const hook = () => onRequest();
    works = [
      firstSync(world, hook),
      await laterSync(world, hook),
      await approvedRemoval(world, hook),
      lastRemoval(world, hook),
    ];
  });
  after(async () => {
    onRequest = () => {};
    for (const work of works) await work.close();
    await controller.stop('SIGKILL');
    await world[Symbol.asyncDispose]();
  });

  const each = (act: (work: Work) => Promise<void>) => Promise.all(works.map(act));

  function nextPoint(requests: number): Point {
    if (random() < 0.2) return { kind: 'start', ms: Math.floor(random() * 600) };
    return { kind: 'request', n: 1 + Math.floor(random() * requests), ms: random() * 8 };
  }

  async function kill(point: Point, begin: () => Promise<unknown>): Promise<void> {
    if (point.kind === 'start') {
      await controller.stop();
      await begin();
      controller = controller.again();
      await sleep(point.ms);
    } else {
      const reached = Promise.withResolvers<void>();
      let seen = 0;
      onRequest = () => {
        seen += 1;
        if (seen === point.n) reached.resolve();
      };
      await begin();
      await Promise.race([reached.promise.then(() => sleep(point.ms)), sleep(ALL_DONE_MS)]);
    }
    onRequest = () => {};
    controller.child.kill('SIGKILL');
    await once(controller.child, 'exit');
    for (const work of works) work.expectSound();
    controller = controller.again();
  }

  let killed = 0;
  for (let round = 1; killed < KILLS; round += 1) {
    // Every other time, those that are to complete the work are killed as well.
    const later = round % 2 === 0 ? [1, 2, 3].map(() => nextPoint(REQUESTS.later)) : [];
    const points = [nextPoint(REQUESTS.first), ...later];
    killed += points.length;
    const where = points.map((point) =>
      point.kind === 'start' ? `${point.ms} ms after its start` : `at request ${point.n}`,
    );
    it(`leaves nothing undone and does nothing twice: ${where.join(', and then ')}`, async () => {
      await each((work) => work.prepare(round));
      const [first, ...others] = points;
      if (first !== undefined) await kill(first, () => each((work) => work.begin()));
      for (const point of others) await kill(point, () => Promise.resolve());
      await each((work) => work.untilDone());
      for (const work of works) {
        work.expectSound();
        work.expectDone();
      }
    });
  }
});
