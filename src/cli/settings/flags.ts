import type { Flag } from './flag.ts';
import { CONTENT_FLAGS, PRUNE_FLAGS } from './organization-flags.ts';
import { ROUND_FLAGS } from './round-flags.ts';
import { TENANT_FLAGS } from './tenant-flags.ts';

/** All settings, in the order in which people read of them. */
export const FLAGS: readonly Flag[] = [
  ...TENANT_FLAGS,
  ...CONTENT_FLAGS,
  ...PRUNE_FLAGS,
  ...ROUND_FLAGS,
];

/** The flag of this name; throws for a name that is none, which is a mistake in this program. */
export function flagNamed(name: string): Flag {
  const flag = FLAGS.find((each) => each.name === name);
  if (flag === undefined) throw new Error(`There is no flag --${name}`);
  return flag;
}
