/** What the operator must never do, it did. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: Invariant;

  constructor(invariant: Invariant, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

export type Invariant =
  /** A write by a process that is not the leader by the API server's truth. */
  | 'two writers'
  /** A write for an object that, as far as this process was told, must not write so. */
  | 'not permitted'
  /** An organization that is not managed was changed or removed. */
  | 'unmanaged touched'
  /** An organization whose institution is listed was removed. */
  | 'listed removed'
  /** Something was written after a listing of THE that nobody may believe. */
  | 'bad listing used'
  /** More was removed or updated than the limit, without an approval of exactly that. */
  | 'limit exceeded'
  /** A metadata key of somebody else's was lost or changed. */
  | 'metadata lost'
  /** Something was created that no institution asks for. */
  | 'wrong creation'
  /** The operator failed in a way that no fault explains. */
  | 'unexpected error'
  /** A process did not end in time, or left something open. */
  | 'left open'
  /** The tenant does not equal THE's listing in the end. */
  | 'tenant differs'
  /** The status does not tell the truth in the end. */
  | 'status wrong'
  /** An object is not gone, or left organizations behind without a word. */
  | 'deletion wrong'
  /** More syncs than naps, changes and failures explain. */
  | 'sync storm';
