import { seededRandom } from '../sandbox/random.ts';

/** Chance that is the same for the same seed. */
export interface Dice {
  /** In [0, 1). */
  readonly next: () => number;
  chance(probability: number): boolean;
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** In [from, to). */
  between(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  /** One of those that there are, if there are any. */
  pickAny<T>(items: readonly T[]): T | undefined;
  /** One of the keys, as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key;
  shuffled<T>(items: readonly T[]): T[];
  /** Other chances, which do not depend on how often these are asked. */
  fork(): Dice;
}

export function rollDice(seed: number): Dice {
  const next = seededRandom(seed);
  const dice: Dice = {
    next,
    chance: (probability) => next() < probability,
    below: (end) => Math.floor(next() * end),
    between: (from, to) => from + next() * (to - from),
    pick(items) {
      const item = dice.pickAny(items);
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    pickAny: (items) => items[Math.floor(next() * items.length)],
    weighted(weights) {
      const keys = Object.keys(weights) as (keyof typeof weights)[];
      let left = next() * keys.reduce((sum, key) => sum + weights[key], 0);
      for (const key of keys) {
        left -= weights[key];
        if (left < 0) return key;
      }
      return dice.pick(keys);
    },
    shuffled: (items) =>
      items
        .map((item) => ({ item, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item),
    fork: () => rollDice(dice.below(2 ** 31)),
  };
  return dice;
}
