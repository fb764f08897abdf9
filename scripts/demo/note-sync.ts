import { NAME, type Demo, type ShownSync } from './show.ts';

/** Takes down what the sync that has just ended cost, for the summary. */
export async function noteSync(demo: Demo, title: string): Promise<ShownSync> {
  const [seconds] = await demo.shell.run(
    `kubectl get isync ${NAME} -o jsonpath='{.status.lastSync.durationSeconds}'`,
  );
  const sync = { title, seconds: Number(seconds), ...demo.ledger.take() };
  demo.syncs.push(sync);
  return sync;
}
