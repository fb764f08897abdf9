/** A failure that is told to people as it is, in one line: exit 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
