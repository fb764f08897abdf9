import { STATUS_CODES } from 'node:http';

/**
 * The label for an answer's status, of which there are few whatever servers send: a status that HTTP
 * knows as it is, others as `2xx` or `other`. A word in place of a status stays.
 */
export function codeLabel(code: number | string): string {
  const text = String(code);
  if (!/^\d+$/.test(text) || Object.hasOwn(STATUS_CODES, text)) return text;
  return /^[1-5]\d\d$/.test(text) ? `${text.charAt(0)}xx` : 'other';
}
