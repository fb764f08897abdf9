import { changed, ROWS } from './answers.ts';
import { rows, rowsAnswer, type Answer } from './engine.ts';

/** Complete and consistent: nothing in them tells that they are wrong, so the limits must hold them. */
export const BELIEVABLE_LISTINGS: Readonly<Record<string, Answer>> = {
  'a page cut short that is the end': rowsAnswer(ROWS.slice(0, 40)),
  'half of the rows': rowsAnswer(ROWS.filter((_row, index) => index % 2 === 0)),
  'one row alone': rowsAnswer(ROWS.slice(0, 1)),
  'four rows too few, of 60': rowsAnswer(ROWS.slice(4)),
  'rows of other iids alone': rowsAnswer(rows(60, 1001)),
  'iids that are numbers': changed((row) => ({ ...row, iid: Number(String(row['iid']).slice(2)) })),
  'iids of another form': changed((row) => ({ ...row, iid: `the-${String(row['iid'])}` })),
  'iids without their zeros': changed((row) => ({
    ...row,
    iid: String(row['iid']).replace(/0+/, ''),
  })),
  'a third of the rows without an iid': changed((row) =>
    Number(String(row['iid']).slice(2)) % 3 > 0 ? row : { name: row['name'] },
  ),
  'the rows of another listing, twice as many': rowsAnswer(rows(120, 5001)),
};
