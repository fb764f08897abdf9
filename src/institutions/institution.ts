/** An institution, reduced to what its organization needs. */
export interface Institution {
  /** THE's `iid`; also the organization's name, so it obeys Auth0's rules for names. */
  readonly id: string;
  /** The name as people see it: cleaned, 1 to 255 UTF-16 units. */
  readonly name: string;
  /** The chosen fields that have a value, each 1 to 255 UTF-16 units. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A row that cannot become an organization. */
export interface SkippedRow {
  /** Its `iid`, when it has one: the organization that carries it is kept. */
  readonly id: string | undefined;
  /** Why, in words that are the same for the same cause. */
  readonly why: string;
}

/** A complete and consistent listing of THE's institutions. */
export interface Listing {
  readonly institutions: readonly Institution[];
  readonly skipped: readonly SkippedRow[];
  /** `sha256:…` over the institutions and skipped ids, the same whatever the order of rows. */
  readonly digest: string;
}
