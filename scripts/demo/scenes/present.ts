import { counted } from '../../../src/cli/screen/count.ts';
import { PLANS } from '../../../test/sandbox/auth0/limits.ts';
import { show, type Demo } from '../demo.ts';
import { secondsOfWrites } from '../options.ts';
import type { Screen } from '../screen.ts';

/** What this is about, before anything is started. */
export async function introduce(screen: Screen): Promise<void> {
  await screen.say(
    'institution-sync keeps the organizations of an Auth0 tenant equal to the institutions that ' +
      'Times Higher Education (THE) lists. It is a Kubernetes operator: this demo installs it and ' +
      'shows what its users see, in about two minutes. Everything runs on this machine; Ctrl-C ends it ' +
      'at any time and leaves nothing behind.',
  );
  screen.heading('1. A cluster, THE and Auth0');
  screen.output(['', 'Starting etcd and kube-apiserver …']);
}

/** What runs now, and with which limits. */
export async function present(demo: Demo): Promise<void> {
  const { screen, stage, options } = demo;
  await show(demo, 'kubectl version');
  const { institutions, timeScale } = options;
  const limit = PLANS.enterprise.writes;
  await screen.say(
    `THE and Auth0 are stand-ins on ${stage.auth0.host.split(':')[0]}, strict where the real services are. ` +
      `THE lists ${counted(institutions, 'institution')}. Auth0 enforces the documented limits of its plan ` +
      `Enterprise, for example ${limit?.perMinute} writes a minute, ${limit?.burst} at once.`,
  );
  await screen.say(
    `So that you need not wait ${duration(secondsOfWrites(institutions))} for ${counted(institutions, 'organization')}, ` +
      `the limits' clock runs ${timeScale} times as fast. Nothing else is sped up.`,
  );
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}
