import type { FaultReason } from './reasons.ts';

/**
 * A failure that has been classified, once, at the edge where it arose. Its message is for people:
 * what happened, where, what to do next; constant for a constant cause; never with a secret.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly reason: FaultReason;
  /** The answer's HTTP status, where there was an answer. */
  readonly statusCode: number | undefined;

  constructor(
    reason: FaultReason,
    message: string,
    options: { statusCode?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.statusCode = options.statusCode;
  }
}
