/** The API's MicroTime, RFC 3339 with six decimals, for milliseconds since the epoch. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
