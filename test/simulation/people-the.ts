import type { Dice } from './dice.ts';
import type { ModelThe, Row } from './model-the.ts';

/** Of so many iids THE ever lists some. */
const IIDS = 20;

/** What changes at THE. */
export function theDeeds(the: ModelThe, dice: Dice) {
  let versions = 0;
  let hidden: readonly Row[] = [];

  function some(): number {
    return dice.below(the.rows().length);
  }

  function change(index: number, change: Row): void {
    the.setRows(the.rows().map((row, at) => (at === index ? { ...row, ...change } : row)));
  }

  function newName(iid: string): string {
    versions += 1;
    return `University ${iid} v${versions}`;
  }

  function add(): void {
    const iid = `i-${dice.below(IIDS)}`;
    if (the.listedSince(iid) !== undefined) return;
    const row = { iid, name: newName(iid), country: dice.pick(['Chile', 'Ghana', 'Nepal']) };
    the.setRows(the.rows().toSpliced(dice.below(the.rows().length + 1), 0, row));
  }

  function drop(share: number): void {
    const kept = the.rows().filter(() => !dice.chance(share));
    hidden = the.rows().filter((row) => !kept.includes(row));
    the.setRows(kept);
  }

  return {
    'THE lists another institution': add,
    'THE lists an institution no more': () => the.setRows(the.rows().toSpliced(some(), 1)),
    'THE loses many institutions': () => drop(dice.between(0.3, 1)),
    'THE finds the lost ones again'() {
      const found = hidden.filter(({ iid }) => the.listedSince(iid ?? '') === undefined);
      the.setRows([...the.rows(), ...found]);
      hidden = [];
    },
    'THE renames an institution'() {
      const at = some();
      const iid = the.rows()[at]?.iid;
      if (iid !== undefined) change(at, { name: newName(iid) });
    },
    'THE renames all institutions'() {
      the.setRows(the.rows().map((row) => ({ ...row, name: newName(row.iid ?? 'nobody') })));
    },
    'THE moves an institution': () => change(some(), { country: dice.pick(['Peru', 'Oman']) }),
    'THE loses a name'() {
      const at = some();
      const row = the.rows()[at];
      if (row?.iid !== undefined) the.setRows(the.rows().with(at, { iid: row.iid }));
    },
    'THE lists a bad iid': () => the.setRows([...the.rows(), { name: 'Bad', country: 'Mali' }]),
    'THE lists in another order': () => the.setRows(dice.shuffled(the.rows())),
  };
}
