const DAY_MS = 86_400_000;
const MANY = 10_000;

/** The cursors of checkpoint paging. */
export interface Checkpoints {
  /** The cursor of a page's last row, valid for 24 hours from now. */
  issue(row: { readonly id: string; readonly createdAt: number }): string;
  /** The moment (microseconds) of the row that the cursor stands for. */
  resolve(cursor: string): number | 'unknown' | 'expired';
}

/**
 * Cursors as Auth0 makes them: unpadded base64 of "creation time,organization id". Only cursors that
 * were issued are good. `now` is in milliseconds.
 */
export function openCheckpoints(now: () => number): Checkpoints {
  const issued = new Map<string, { moment: number; issuedAt: number }>();

  function forgetOld(): void {
    for (const [cursor, { issuedAt }] of issued) {
      // Kept for a second day, so that an expired cursor can be told from an unknown one.
      if (now() - issuedAt > 2 * DAY_MS) issued.delete(cursor);
    }
  }

  return {
    issue({ id, createdAt }) {
      if (issued.size > MANY) forgetOld();
      const cursor = Buffer.from(`${timestamp(createdAt)},${id}`).toString('base64url');
      issued.set(cursor, { moment: createdAt, issuedAt: now() });
      return cursor;
    },
    resolve(cursor) {
      const known = issued.get(cursor);
      if (!known) return 'unknown';
      return now() - known.issuedAt >= DAY_MS ? 'expired' : known.moment;
    },
  };
}

/** Such as `2023-03-14 11:17:19.466000UTC`. */
function timestamp(microseconds: number): string {
  const iso = new Date(Math.floor(microseconds / 1000)).toISOString();
  const rest = String(microseconds % 1000).padStart(3, '0');
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${rest}UTC`;
}
