/** More letters than this need not stay on one line. */
const LONGEST = 24;

/** Not right before the end of a file's name. */
const PLACES = /(?<=[/,=:_]|\[\])|(?<=\.)(?=[\w-]{5})|(?<=[a-z])(?=[A-Z])/;

/**
 * The parts of a text between which a line may end: its words, and of a long word such as
 * `auth0.connections[].assignMembershipOnLogin` its parts. Together they are the text.
 */
export function partsOf(text: string): readonly string[] {
  return text
    .split(/(?<=\s)(?=\S)/)
    .flatMap((word) => (word.length > LONGEST ? word.split(PLACES) : [word]));
}
