import { createSecrets } from './secrets.ts';

/** The one registry of this process: a secret must not be shown by anyone, whoever came to know it. */
export const processSecrets = createSecrets();

/** Hides this value in all output of the process, until the returned function is called. */
export function registerSecret(value: string): () => void {
  return processSecrets.hide(value);
}

/** The text without any secret that is registered or looks like one. */
export function hideSecrets(text: string): string {
  return processSecrets.redact(text);
}
