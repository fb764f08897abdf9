/** How many changes of one kind may be made without approval. */
export type Limit =
  | { readonly kind: 'count'; readonly value: number }
  /** Of the managed organizations, rounded up; 100 and more means no limit. */
  | { readonly kind: 'percent'; readonly value: number };

/** What a sync must know of its object or flags, in plain units. */
export interface SyncSettings {
  /** `Plan` computes and reports, and writes nothing to Auth0. */
  readonly mode: 'Enforce' | 'Plan';
  /** Whether organizations whose institution is gone are removed. */
  readonly prune: boolean;
  /** Whether an unmarked organization that has an institution's name is taken over. */
  readonly adopt: boolean;
  /** The names of THE's fields that are kept in an organization's metadata. */
  readonly fields: readonly string[];
  readonly limits: { readonly deletions: Limit; readonly updates: Limit };
  /** Milliseconds for which an earlier reading of the organizations may serve. */
  readonly driftIntervalMs: number;
  /** Connections of the tenant that every organization has, at most 10. */
  readonly connections: readonly ConnectionSetting[];
}

export interface ConnectionSetting {
  readonly name: string;
  readonly assignMembershipOnLogin: boolean;
}
