/** The command line cannot work as it is: exit 2. The message is one line and names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
