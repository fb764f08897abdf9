/** A figure that others published; it was not measured here. */
export interface Published {
  readonly who: string;
  readonly what: string;
  readonly figure: string;
}

/** What a user would pick instead, by the public figures of their authors and users. */
export const PUBLISHED: readonly Published[] = [
  { who: 'the original sync script', what: 'time an item', figure: '1.27 s' },
  { who: 'the original sync script', what: 'first sync of 13,229', figure: '4.7 h' },
  { who: 'the original sync script', what: 'first sync of 50', figure: '63.7 s, 102 requests' },
  { who: 'the original sync script', what: 'no change', figure: '1 request' },
  {
    who: 'the original sync script',
    what: '3 changed, 2 removed, 2 added',
    figure: '18 requests',
  },
  { who: 'auth0-deploy-cli 8.44', what: 'first sync of 50', figure: '42 s' },
  { who: 'auth0-deploy-cli 8.44', what: 'no change with 50', figure: '44 s, 205 requests' },
];

/** The same as numbers, for charts. */
export const ORIGINAL = { firstSeconds: 63.7, first: 102, unchanged: 1, changed: 18, hours: 4.7 };
export const DEPLOY_CLI = { firstSeconds: 42, unchanged: 205, unchangedSeconds: 44 };
