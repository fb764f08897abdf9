import { sandboxCommands } from '../../../test/sandbox/commands.ts';
import { startControl } from '../../../test/sandbox/control.ts';
import { NAME, type Demo } from '../show.ts';

/** Everything stays: says how to reach it. */
export async function invite({ screen, stage }: Demo): Promise<AsyncDisposable> {
  const control = await startControl('127.0.0.1:0', sandboxCommands(stage.auth0, stage.the));
  const { plane, bin, environment } = stage;
  screen.heading('It stays until Ctrl-C');
  await screen.say(
    'In another terminal, kubectl, helm and the plugin kubectl-isync are at hand after:',
  );
  screen.output([
    `export KUBECONFIG=${plane.kubeconfig}`,
    `export NODE_EXTRA_CA_CERTS=${environment['NODE_EXTRA_CA_CERTS']}`,
    `export PATH=${bin}:$PATH`,
  ]);
  await screen.say('For example:');
  screen.output([
    'kubectl get isync --watch',
    `kubectl describe isync ${NAME}`,
    `kubectl isync sync-now ${NAME}`,
    `kubectl patch isync ${NAME} --type=merge -p '{"spec":{"nap":"10s"}}'`,
    `curl -d '{"count":50}' ${control.url}/the/set-rows   # THE lists 50`,
    `curl ${control.url}/auth0/organizations              # the tenant`,
  ]);
  return { [Symbol.asyncDispose]: () => control.stop() };
}
