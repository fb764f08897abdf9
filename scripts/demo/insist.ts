/** The demo claims nothing that it has not seen: rejects the whole play when a claim does not hold. */
export function insist(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`This should be so, and is not: ${claim}`);
}
