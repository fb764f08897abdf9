import path from 'node:path';
import { z } from 'zod';
import { startController, type Controller } from '../controller.ts';
import { NAMESPACE, show, type Demo } from '../show.ts';

const Deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string(),
        containers: z.array(z.object({ args: z.array(z.string()) })).min(1),
      }),
    }),
  }),
});

/** Installs the chart, and starts the controller as the chart's Deployment would. */
export async function install(demo: Demo): Promise<Controller> {
  const { screen, shell, stage } = demo;
  screen.heading('2. Install the operator');
  await screen.say(
    'The two settings say where the operator may send credentials and where it may read ' +
      'institutions. Without them: only *.auth0.com and *.timeshighereducation.com.',
  );
  await show(
    demo,
    [
      `helm install institution-sync charts/institution-sync`,
      `--namespace ${NAMESPACE} --create-namespace --hide-notes`,
      `--set allowedAuth0Domains='127.0.0.1:*' --set allowedInstitutionHosts='127.0.0.1:*'`,
    ].join(' \\\n    '),
  );
  await show(demo, `kubectl config set-context --current --namespace=${NAMESPACE}`);

  const found = await shell.run('kubectl get deployment institution-sync -o json');
  const { spec } = Deployment.parse(JSON.parse(found.join('\n'))).spec.template;
  const account = spec.serviceAccountName;
  const args = (spec.containers[0]?.args ?? []).map(onAnyPort);
  await screen.say(
    'This cluster has no nodes, so no pods run. The controller therefore runs as a local process, ' +
      `with the arguments of the chart's Deployment and the rights of its service account:`,
  );
  screen.command(`institution-sync ${args.map(quoted).join(' \\\n    ')}`);
  const logFile = path.join(stage.lifeline.folder, 'controller.log');
  const controller = await startController({
    program: path.join(stage.bin, 'institution-sync'),
    args,
    environment: {
      ...stage.environment,
      KUBECONFIG: await stage.plane.serviceAccountKubeconfig(NAMESPACE, account),
    },
    logFile,
    lifeline: stage.lifeline,
    onDeath: demo.fail,
  });
  screen.output([`runs as process ${controller.pid}, log in ${logFile}`]);
  await screen.pause(8);
  return controller;
}

/** A pod has its ports for itself; here they may be taken. */
function onAnyPort(arg: string): string {
  return arg.replace(/^(--(?:metrics|health-probe)-bind-address)=.*/, '$1=127.0.0.1:0');
}

function quoted(arg: string): string {
  return /^[\w\-=:./]*$/.test(arg) ? arg : arg.replace(/=(.*)/, "='$1'");
}
