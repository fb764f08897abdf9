import { expectNoSecretShown } from './secrets-shown.ts';
import { openWorld, type World } from './world.ts';

interface Story {
  readonly tell: (world: World) => Promise<void>;
  ended: Promise<void> | undefined;
}

/** A service that hangs is given up after two to three minutes of retries. */
const STORY_TIMEOUT_MS = 420_000;

const stories: Story[] = [];
let suites = 0;
let opened: Promise<World> | undefined;

/**
 * A suite of stories. Those of all suites in a run are told at the same time by one controller, so
 * that the waiting for retries, half a minute each time, is done once.
 */
export function describeTrouble(title: string, tellAll: () => void): void {
  suites += 1;
  describe(title, function () {
    this.timeout(STORY_TIMEOUT_MS);
    const from = stories.length;
    tellAll();
    const own = stories.slice(from);

    before('start all stories', async () => {
      const world = await (opened ??= openWorld({ values: ['concurrency=250', 'logLevel=debug'] }));
      for (const story of stories) {
        story.ended ??= story.tell(world);
        // Reported by the test that waits for it.
        story.ended.catch(() => {});
      }
    });
    it('no secret was shown in the log, a status or an event', async () => {
      await Promise.allSettled(own.map(async ({ ended }) => ended));
      if (opened !== undefined) await expectNoSecretShown(await opened);
    });
    after('end the world with the last suite', async () => {
      suites -= 1;
      if (suites === 0) await (await opened)?.[Symbol.asyncDispose]();
    });
  });
}

/** A test that has begun long before mocha comes to it. */
export function story(title: string, tell: (world: World) => Promise<void>): void {
  const told: Story = { tell, ended: undefined };
  stories.push(told);
  it(title, () => told.ended);
}
