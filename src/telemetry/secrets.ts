/** Values that must never be shown. One registry serves the whole process. */
export interface Secrets {
  /**
   * Hides a secret wherever `redact` meets it, until the returned function is called. Values of fewer
   * than 4 characters cannot be told from ordinary text and are not hidden.
   */
  hide(secret: string): () => void;
  /** The text without any hidden secret; what only looks like one stays. */
  redactKnown(text: string): string;
  /** The text without any hidden secret, and without what looks like a token or a private key. */
  redact(text: string): string;
}

/** Stands for a secret. Shorter than any secret that is hidden, so it can never hold one. */
export const HIDDEN = '***';

const SHORTEST = 4;

/** A part of a key that is shown by itself, such as one line of a PEM, is secret from this length. */
const SHORTEST_LINE = 16;

/** V8 refuses a pattern of some hundred thousand characters, and its error would show the pattern. */
const LONGEST_IN_PATTERN = 1_000;

/** Secrets that nobody registered, by their looks. Each pattern takes time linear in the text. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  // A JSON Web Token begins with the base64 of `{"`.
  [/(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]+){1,4}/g, HIDDEN],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{16,}/gi, `$1 ${HIDDEN}`],
  // The user and password of a URL, such as a proxy's.
  [/:\/\/[^\s/@:]*:[^\s/@]*@/g, `://${HIDDEN}@`],
  // name=value of a form or a command line, "name":"value" of JSON.
  [
    /(client_secret|client_assertion|access_token|refresh_token|id_token|private_key|password)(=|["']\s*:\s*["'])[^\s"'&,;}]+/gi,
    `$1$2${HIDDEN}`,
  ],
];

/** A registry that hides nothing yet but what looks like a secret. */
export function createSecrets(): Secrets {
  /** How often each form is hidden: two objects may share a secret. */
  const counts = new Map<string, number>();
  let pattern: RegExp | undefined;
  let long: readonly string[] = [];
  let stale = false;

  function count(forms: readonly string[], by: number): void {
    for (const form of forms) {
      const now = (counts.get(form) ?? 0) + by;
      if (now > 0) counts.set(form, now);
      else counts.delete(form);
    }
    stale = true;
  }

  function withoutValues(text: string): string {
    if (stale) {
      const forms = [...counts.keys()].toSorted((a, b) => b.length - a.length);
      long = forms.filter((form) => form.length > LONGEST_IN_PATTERN);
      pattern = patternOf(forms.slice(long.length));
    }
    stale = false;
    let shown = text;
    for (const form of long) shown = shown.replaceAll(form, HIDDEN);
    if (pattern !== undefined) shown = shown.replace(pattern, HIDDEN);
    if (shown === text) return text;
    // What a replacement joins may be a secret again; then nothing of the text is worth the risk.
    const holdsMore = pattern !== undefined && shown.search(pattern) >= 0;
    return holdsMore || long.some((form) => shown.includes(form)) ? HIDDEN : shown;
  }

  return {
    hide(secret) {
      const forms = formsOf(secret);
      count(forms, 1);
      let hidden = true;
      return () => {
        if (hidden) count(forms, -1);
        hidden = false;
      };
    },
    redactKnown: withoutValues,
    redact(text) {
      let shown = withoutValues(text);
      for (const [look, replacement] of LOOKS) shown = shown.replace(look, replacement);
      return shown === text ? text : withoutValues(shown);
    },
  };
}

/** The forms come with the longest first, because one secret may begin with another. */
function patternOf(forms: readonly string[]): RegExp | undefined {
  if (forms.length === 0) return undefined;
  return new RegExp(forms.map((form) => RegExp.escape(form)).join('|'), 'g');
}

/** A secret as it stands in JSON, in URLs, in forms and in a Kubernetes Secret. */
function formsOf(secret: string): readonly string[] {
  const text = secret.trim();
  const encoded = Buffer.from(text).toString('base64').replace(/=+$/, '');
  const forms = [
    secret,
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.toWellFormed()),
    new URLSearchParams({ '': text }).toString().slice(1),
    encoded,
    encoded.replaceAll('+', '-').replaceAll('/', '_'),
    ...text.split(/\s*\n\s*/).filter((line) => line.length >= SHORTEST_LINE),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}
