import type { z } from 'zod';
import { matchingLongPattern, type Rule } from './rules.ts';

const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** The last label begins with a letter: otherwise the name would be read as an IP address. */
const NAME = `(${LABEL}\\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const PORT =
  '(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})';
const HOST = `(${NAME}|(${OCTET}\\.){3}${OCTET})(:${PORT})?`;
const PATH = '/[A-Za-z0-9._~!$&()*+,;=:@%/-]*';
const QUERY = '[?][A-Za-z0-9._~!$&()*+,;=:@%/?-]*';

const DOMAIN = new RegExp(`^${HOST}$`);
const HTTPS_URL = new RegExp(`^https://${HOST}(${PATH})?(${QUERY})?$`);

/** The schema of `host` or `host:port`. A host is at most 253 characters long. */
export function domainSchema(...moreRules: readonly Rule[]): z.ZodString {
  return matchingLongPattern(
    DOMAIN,
    253 + ':65535'.length,
    'must be a host such as acme.eu.auth0.com, or host:port, without https:// and without a path',
    ...moreRules,
  );
}

/** The schema of an https URL that names no user and no fragment. */
export function httpsUrlSchema(): z.ZodString {
  return matchingLongPattern(
    HTTPS_URL,
    2048,
    'must be an https:// URL without user name, password or #fragment',
  );
}
