import { hostname } from 'node:os';
import { auth0Urls } from '../api/auth0-settings.ts';
import type { InstitutionSyncSpec } from '../api/spec.ts';
import { clientIdOf, type Credentials } from '../auth0/credentials.ts';
import { createPacer, type Pacer } from '../auth0/pacing/pacer.ts';
import { proxySettings } from '../kubernetes/proxy-settings.ts';
import { createLog } from '../telemetry/create-log.ts';
import { hideSecrets, processSecrets } from '../telemetry/process-secrets.ts';
import { startTracing } from '../telemetry/start-tracing.ts';
import { systemClock } from '../time/clock.ts';
import { remainingBy } from './clients.ts';
import { listenForSignals, type Interruption } from './interruption.ts';
import { logPresenter, type Task } from './rounds/log-presenter.ts';
import type { Presenter, Verbosity } from './rounds/presenter.ts';
import { terminalPresenter } from './rounds/terminal-presenter.ts';
import { startProgressBar } from './screen/progress-bar.ts';
import { styleFor } from './screen/style.ts';
import type { Wording } from './wording.ts';

export interface StageOptions {
  readonly spec: InstitutionSyncSpec;
  readonly credentials: Credentials;
  readonly wording: Wording;
  readonly verbosity: Verbosity;
  /** Where progress and logs go: apart from a result that is written to standard output. */
  readonly stream: 'stdout' | 'stderr';
  /** What the end of a run is called in logs. */
  readonly task: Task;
}

/** What every command that talks to THE and Auth0 stands on. */
export interface Stage {
  readonly pacer: Pacer;
  readonly presenter: Presenter;
  readonly interruption: Interruption;
  /** Ends the bar and the listening for signals. */
  close(): void;
}

const LEVELS = { quiet: 'warn', normal: 'info', verbose: 'debug' } as const;

/** On a terminal a bar and texts for people; elsewhere JSON logs. Traces where they are asked for. */
export async function openStage(options: StageOptions): Promise<Stage> {
  // Told before anything is done, and not as trouble with a host.
  proxySettings();
  const { spec, credentials, verbosity, wording, task } = options;
  const { requestBudget } = spec.auth0;
  const output = process[options.stream];
  const clock = systemClock;
  const pacer = createPacer({ clock });
  const closed = new AbortController();
  const presenter = output.isTTY ? onTerminal() : inLogs();
  const interruption = listenForSignals({
    onStop: (name) => presenter.stopping(name),
    onGiveUp: () => presenter.givingUp(),
  });

  function onTerminal(): Presenter {
    const remaining = remainingBy(pacer, requestBudget);
    const isWanted = verbosity !== 'quiet' && process.env['TERM'] !== 'dumb';
    const bar = isWanted
      ? startProgressBar({ output, clock, remaining }, closed.signal)
      : undefined;
    const print = (line: string) =>
      bar === undefined ? output.write(`${line}\n`) : bar.print(line);
    const style = styleFor(output, process.env);
    return terminalPresenter({
      verbosity,
      bar,
      print,
      style,
      clock,
      wording,
      redact: hideSecrets,
    });
  }

  function inLogs(): Presenter {
    const log = createLog({
      level: LEVELS[verbosity],
      format: 'json',
      stream: output,
      secrets: processSecrets,
    });
    const { host: tenant } = auth0Urls(spec);
    const actor = { tenant, clientId: clientIdOf(credentials), instance: hostname() };
    return logPresenter({ log, clock, task, wording, actor });
  }

  await startTracing(process.env, presenter.log);
  return {
    pacer,
    presenter,
    interruption,
    close() {
      closed.abort();
      interruption.end();
    },
  };
}
