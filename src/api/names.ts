/** API group of the custom resource. */
export const GROUP = 'sync.timeshighereducation.com';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'InstitutionSync';
export const PLURAL = 'institutionsyncs';
export const SINGULAR = 'institutionsync';
export const SHORT_NAME = 'isync';

/** Names the controller in the managedFields of what it writes. */
export const FIELD_MANAGER = 'institution-sync';

/** Any new value of this annotation asks for a sync now, with a full reading of the tenant. */
export const REQUESTED_AT_ANNOTATION = `${GROUP}/requestedAt`;
/** The same, as Flux's tools set it. */
export const FLUX_REQUESTED_AT_ANNOTATION = 'reconcile.fluxcd.io/requestedAt';
/** Its value is the `planHash` of the held changes that a person releases, once. */
export const APPROVE_ANNOTATION = `${GROUP}/approve`;

/** Present only with `deletionPolicy: Delete`, until the managed organizations are removed. */
export const FINALIZER = `${GROUP}/remove-organizations`;
