import { createHash } from 'node:crypto';

const NAME = 'institution-sync';
/** Hexadecimal digits of the hash: two selectors share a name once in a million million. */
const DIGITS = 10;

/**
 * The Lease of the controllers that work on the same objects. Two shards must not stand by for each
 * other, so each label selector has a Lease of its own.
 */
export function leaseName(labelSelector: string | undefined): string {
  if (labelSelector === undefined) return NAME;
  const hash = createHash('sha256').update(labelSelector).digest('hex');
  return `${NAME}-${hash.slice(0, DIGITS)}`;
}
