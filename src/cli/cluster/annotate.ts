import { APPROVE_ANNOTATION, REQUESTED_AT_ANNOTATION } from '../../api/names.ts';
import { readWatchedObject } from '../../controller/watched-object.ts';
import { CommandError } from '../command-error.ts';
import { heldText } from '../../api/held-text.ts';
import { printable } from '../screen/printable.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { withCluster } from './with-cluster.ts';

export interface ApproveOptions extends ClusterOptions {
  /** Of the changes that the person has looked at. */
  readonly planHash?: string;
}

/**
 * Approves the changes that are held now. The hash stands for exactly these: when they are others by
 * the time of the sync, nothing is released. Rejects when `planHash` is of others.
 */
export function approve(name: string | undefined, options: ApproveOptions): Promise<void> {
  return withCluster(options, async (cluster, signal) => {
    const object = await cluster.find(name, signal);
    const { name: found } = object.metadata;
    const held = readWatchedObject(object).status?.heldChanges;
    if (held === undefined) {
      throw new CommandError(
        `No changes of ${JSON.stringify(found)} are held: nothing to approve.`,
      );
    }
    const what = heldText(held);
    const { planHash = held.planHash } = options;
    if (planHash !== held.planHash) {
      throw new CommandError(
        `Other changes of ${JSON.stringify(found)} are held now: ${what} (${held.planHash}). Nothing was approved. Look at them with: kubectl isync plan ${found}`,
      );
    }
    const annotations = { [APPROVE_ANNOTATION]: held.planHash };
    await cluster.patch(found, { metadata: { annotations } }, signal);
    process.stdout.write(
      `institutionsync/${printable(found)} approved: ${what} (${printable(held.planHash)})\n`,
    );
  });
}

/** Asks for a sync now; any new value does. */
export function syncNow(name: string | undefined, options: ClusterOptions): Promise<void> {
  return withCluster(options, async (cluster, signal) => {
    const object = await cluster.find(name, signal);
    const { name: found } = object.metadata;
    const annotations = { [REQUESTED_AT_ANNOTATION]: new Date().toISOString() };
    await cluster.patch(found, { metadata: { annotations } }, signal);
    const { spec } = readWatchedObject(object);
    const note = spec?.suspend === true ? ', but it is suspended: resume it first' : '';
    process.stdout.write(`institutionsync/${printable(found)} asked to sync now${note}\n`);
  });
}
