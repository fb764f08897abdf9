/**
 * Runs of what no message shows as it is: control characters, line and paragraph separators, and what
 * turns the direction of the text that follows.
 */
export const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
