/** More letters than this need not stay on one line. */
const LONGEST = 24;

/** After a mark, but not right before the end of a file's name. */
const MARKS = /(?<=[/,=:_]|\[\])|(?<=\.)(?=[\w-]{5})/;
const HUMPS = /(?<=[a-z])(?=[A-Z])/;

/**
 * The parts of a text between which a line may end: its words, and of a long word such as
 * `auth0.connections[].assignMembershipOnLogin` its parts. Together they are the text.
 */
export function partsOf(text: string): readonly string[] {
  return text
    .split(/(?<=\s)(?=\S)/)
    .flatMap((word) => splitIfLong(word, MARKS))
    .flatMap((part) => splitIfLong(part, HUMPS));
}

function splitIfLong(text: string, at: RegExp): readonly string[] {
  return text.length > LONGEST ? text.split(at) : [text];
}
