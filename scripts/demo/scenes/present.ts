import { counted } from '../../../src/api/count.ts';
import { PLANS } from '../../../test/sandbox/auth0/limits.ts';
import { show, type Demo } from '../show.ts';
import { secondsOfWrites } from '../options.ts';
import type { Screen } from '../screen.ts';

/** What this is about, before anything is started. */
export async function introduce(screen: Screen): Promise<void> {
  screen.title('institution-sync: the demo');
  await screen.say(
    'institution-sync keeps the organizations of an Auth0 tenant equal to the institutions that ' +
      'Times Higher Education (THE) lists. It is a Kubernetes operator. The next two minutes ' +
      'install it and show what its users see. Everything runs on this machine; Ctrl-C ends it at ' +
      'any time, and nothing is left behind.',
  );
  screen.heading('1. A cluster, THE and Auth0');
  screen.output(['']);
}

/** What runs now, and with which limits. */
export async function present(demo: Demo): Promise<void> {
  const { screen, stage, options } = demo;
  await show(demo, 'kubectl version');
  const { institutions, timeScale } = options;
  const limit = PLANS.enterprise.writes;
  await screen.say(
    'This is a real Kubernetes API server, with etcd beneath it and RBAC on. THE and Auth0 are ' +
      `stand-ins on ${stage.auth0.host.split(':')[0]} that answer as the real services do. ` +
      `THE lists ${counted(institutions, 'institution')}. Auth0 enforces the limits of its plan ` +
      `Enterprise: ${limit?.perMinute} writes a minute, ${limit?.burst} at once.`,
  );
  await screen.say(
    `With these, ${counted(institutions, 'organization')} take ` +
      `${duration(secondsOfWrites(institutions))}. So that you need not wait, Auth0's limits run ` +
      `${timeScale} times as fast here, and nothing else.`,
  );
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}
