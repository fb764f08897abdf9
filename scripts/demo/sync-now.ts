import { setTimeout as sleep } from 'node:timers/promises';
import { REQUESTED_AT_ANNOTATION } from '../../src/api/names.ts';
import { NAME, show, type Demo, type ShownSync } from './show.ts';
import { noteSync } from './note-sync.ts';

const LINE =
  `kubectl annotate isync ${NAME} --overwrite \\\n` +
  `    ${REQUESTED_AT_ANNOTATION}="$(date -u +%FT%TZ)"`;

const TIMEOUT = '120s';

/** Asks for a sync now as a user would, and waits for its end. */
export async function syncNow(demo: Demo, title: string): Promise<ShownSync> {
  const { shell, signal } = demo;
  // The value is a time in seconds, and the same value twice asks for nothing.
  await sleep(1_000 - (Date.now() % 1_000), undefined, { signal });
  // What was asked in between is not this sync's.
  demo.ledger.take();
  await show(demo, LINE);
  const jsonPath = `{.metadata.annotations.${REQUESTED_AT_ANNOTATION.replaceAll('.', String.raw`\.`)}}`;
  const [requested] = await shell.run(`kubectl get isync ${NAME} -o jsonpath='${jsonPath}'`);
  await shell.run(
    `kubectl wait isync/${NAME} --timeout=${TIMEOUT} ` +
      `--for=jsonpath='{.status.lastHandledReconcileAt}'='${requested}'`,
  );
  return noteSync(demo, title);
}
