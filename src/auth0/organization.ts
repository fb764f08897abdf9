/** An Auth0 Organization, reduced to what the plan needs. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly displayName: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An organization as one read gives it: reduced, and the whole answer for the record. */
export interface OrganizationInFull extends Organization {
  /** The answer's body as it came, to write down before a removal. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A connection to enable for an organization. */
export interface EnabledConnection {
  readonly connectionId: string;
  readonly assignMembershipOnLogin: boolean;
}

export interface NewOrganization {
  readonly name: string;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly connections: readonly EnabledConnection[];
}

/** The fields to change. What is absent stays as it is; `metadata` replaces the whole object. */
export interface OrganizationChanges {
  readonly name?: string;
  readonly displayName?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}
