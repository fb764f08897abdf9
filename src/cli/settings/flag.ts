/** How the text of a flag is read. */
export type FlagKind =
  | 'text'
  /** Never shown, logged or repeated in a message. */
  | 'secret'
  | 'number'
  | 'boolean'
  /** Separated by commas, or given several times. */
  | 'list'
  /** A number or a percentage. */
  | 'limit'
  /** Milliseconds as a whole number, or a duration such as 30m. */
  | 'time';

/** A setting that is a flag and an environment variable of the same name. */
export interface Flag {
  readonly name: string;
  readonly kind: FlagKind;
  /** Field of an InstitutionSync's spec that it sets. */
  readonly path?: string;
  /** What stands for the value in the help. */
  readonly value: string;
  readonly summary: string;
  /** Values to offer in a shell. */
  readonly choices?: readonly string[];
  /** What holds without it, as the resource's schema has it. */
  readonly fallback?: string;
}
