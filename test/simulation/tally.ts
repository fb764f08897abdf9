/** Counts by name: faults, deeds of people, and whatever shows that a seed was worth its while. */
export type Tally = Map<string, number>;

export function count(tally: Tally, name: string, by = 1): void {
  tally.set(name, (tally.get(name) ?? 0) + by);
}

export function addTally(sum: Tally, more: ReadonlyMap<string, number>): void {
  for (const [name, times] of more) count(sum, name, times);
}

/** The sum of all counts whose name starts so. */
export function total(tally: Tally, start: string): number {
  let sum = 0;
  for (const [name, times] of tally) if (name.startsWith(start)) sum += times;
  return sum;
}
