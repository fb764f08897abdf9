import type { Fault } from '../api/fault.ts';
import type { Credentials } from '../auth0/credentials.ts';
import { FLAGS } from './settings/flags.ts';

/** How messages of the engine, which speak of the resource's fields, are put to a person. */
export interface Wording {
  fault(fault: Fault): string;
  message(text: string): string;
}

/** For an object or a manifest: as they are. */
export const RESOURCE_WORDING: Wording = {
  fault: ({ message }) => message,
  message: (text) => text,
};

/** The controller takes up a new token by itself; a command has only what it was started with. */
const TOKEN_REFUSED =
  'Auth0 does not accept --AUTH0_ACCESS_TOKEN: it has expired, was revoked, or is for another tenant. Start again with a new one, or with --AUTH0_CLIENT_ID and --AUTH0_CLIENT_SECRET, whose tokens are renewed without you.';

/** For settings given as flags: each field is called by its flag. */
export function flagWording(credentials: Credentials): Wording {
  return {
    fault: ({ reason, message }) =>
      credentials.kind === 'token' && reason === 'AuthenticationFailed'
        ? TOKEN_REFUSED
        : inFlagWords(message),
    message: inFlagWords,
  };
}

const FIELDS = FLAGS.flatMap(({ path, name }) =>
  path?.includes('.') === true ? [{ path, name }] : [],
);

/** Without `--NAP` no next sync comes by itself, so it is the next run that goes on. */
function inFlagWords(text: string): string {
  const ofRuns = text.replaceAll('next sync', 'next run');
  return FIELDS.reduce((words, { path, name }) => words.replaceAll(path, `--${name}`), ofRuns);
}
