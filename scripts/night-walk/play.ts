import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstExecutable } from '../../test/control-plane/assets/cache.ts';
import { startPrometheus } from '../../test/e2e/prometheus.ts';
import { institutions, SAMPLE } from '../../test/sandbox/institutions.ts';
import type { Output } from '../../src/cli/screen/style.ts';
import { openLedger } from '../demo/ledger.ts';
import { install } from '../demo/scenes/install.ts';
import { openScreen } from '../demo/screen.ts';
import { openShell } from '../demo/shell.ts';
import { NAME, show, type Demo } from '../demo/show.ts';
import { openStage } from '../demo/stage.ts';
import { fastAlerts, TIMES_AS_FAST } from './fast-alerts.ts';
import { playPage } from './page.ts';
import { NEW_SECRET, stageActions } from './stage-actions.ts';

const INSTITUTIONS = 300;
const RUNBOOK = 'https://docs.example.com/institution-sync/operations.html';
/** Half an hour, as fast as the alerts. */
const NAP_S = (30 * 60) / TIMES_AS_FAST;
/** An hour. */
const DRIFT_S = (60 * 60) / TIMES_AS_FAST;

/**
 * Plays the page on a real control plane, with stand-ins of THE and Auth0, the controller and a
 * Prometheus with the chart's alerts; resolves with the page as it is now. Nothing is left behind.
 */
export async function playNightWalk(
  markdown: string,
  output: Output,
  signal: AbortSignal,
): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const program = await firstExecutable(folders.map((folder) => path.join(folder, 'prometheus')));
  if (program === undefined) {
    throw new Error("There is no prometheus on the PATH (Debian's package prometheus has it).");
  }
  const failure = new AbortController();
  const ending = AbortSignal.any([signal, failure.signal]);
  const screen = openScreen(output, process.env, false, ending);
  const options = { institutions: INSTITUTIONS, keep: false, fast: true, timeScale: 20 };

  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await openStage(options, (line) => screen.output([line]), ending));
  const { auth0, the, lifeline } = stage;
  const rows = institutions(INSTITUTIONS, [SAMPLE]);
  the.setRows(rows);
  const logFile = path.join(lifeline.folder, 'controller.log');
  const environment = { ...stage.environment, LOG: logFile, NEW_SECRET, THE: the.endpoint };
  const demo: Demo = {
    options,
    stage,
    screen,
    shell: openShell({ lifeline, environment, signal: ending }),
    ledger: openLedger(auth0, the),
    signal: ending,
    fail: (why) => failure.abort(why),
    syncs: [],
  };
  const controller = await install(demo);
  stack.defer(() => controller.stop('SIGTERM'));
  const rules = await demo.shell.run(
    'helm template institution-sync charts/institution-sync -s templates/prometheusrule.yaml ' +
      `--set prometheusRule.enabled=true,prometheusRule.runbookUrl=${RUNBOOK}`,
  );
  const prometheus = stack.use(
    await startPrometheus(program, {
      target: await metricsAddress(logFile, ending),
      labels: {},
      honorLabels: true,
      rules: fastAlerts(rules.join('\n')),
    }),
  );
  await show(demo, objectsOf(auth0, the));
  await show(demo, `kubectl wait --for=condition=Ready isync/${NAME} --timeout=2m`);

  const onCall = openShell({
    lifeline,
    environment: { ...environment, PROMETHEUS: prometheus.url },
    signal: ending,
  });
  // Awaited here: with its end everything is disposed of.
  return await playPage(markdown, {
    act: stageActions(stage, rows, prometheus, ending),
    async run(command) {
      screen.command(command);
      const lines = await onCall.run(command);
      screen.output(lines);
      return lines;
    },
  });
}

/** The Secret and the InstitutionSync of the walk. */
function objectsOf(
  auth0: { readonly clientId: string; readonly clientSecret: string; readonly domain: string },
  the: { readonly endpoint: string },
): string {
  return `kubectl apply -f - <<'EOF'
apiVersion: v1
kind: Secret
metadata: { name: auth0-credentials }
stringData: { AUTH0_CLIENT_ID: ${auth0.clientId}, AUTH0_CLIENT_SECRET: ${auth0.clientSecret} }
---
apiVersion: sync.timeshighereducation.com/v1alpha1
kind: InstitutionSync
metadata: { name: ${NAME} }
spec:
  nap: ${NAP_S}s
  driftInterval: ${DRIFT_S}s
  auth0:
    domain: ${auth0.domain}
    credentialsSecretRef: { name: auth0-credentials }
  institutions:
    endpoint: ${the.endpoint}
  organizations:
    metadata: [country]
EOF`;
}

async function metricsAddress(logFile: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const log = await readFile(logFile, 'utf8');
    const [, address] = /"message":"controller started".*?"metrics":"([^"]+)"/.exec(log) ?? [];
    if (address !== undefined) return address;
    await sleep(100, undefined, { signal });
  }
}
