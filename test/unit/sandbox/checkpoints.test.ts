import { expect } from 'chai';
import { openCheckpoints } from '../../sandbox/auth0/checkpoints.ts';

const DAY_MS = 86_400_000;
const ROW = {
  id: 'org_Wz2uMwAVQmfRb03I',
  createdAt: Date.UTC(2023, 2, 14, 11, 17, 19, 466) * 1000,
};

describe('sandbox: cursors', () => {
  it('look like those that a real tenant was recorded to send', () => {
    expect(openCheckpoints(Date.now).issue(ROW)).to.equal(
      'MjAyMy0wMy0xNCAxMToxNzoxOS40NjYwMDBVVEMsb3JnX1d6MnVNd0FWUW1mUmIwM0k',
    );
  });

  it('are good for 24 hours after they were sent last', () => {
    let time = 0;
    const checkpoints = openCheckpoints(() => time);
    const cursor = checkpoints.issue(ROW);
    time = DAY_MS - 1;
    expect(checkpoints.resolve(cursor)).to.equal(ROW.createdAt);
    time = DAY_MS;
    expect(checkpoints.resolve(cursor)).to.equal('expired');
    checkpoints.issue(ROW);
    expect(checkpoints.resolve(cursor)).to.equal(ROW.createdAt);
  });

  it('are good only where they were sent', () => {
    const cursor = openCheckpoints(Date.now).issue(ROW);
    expect(openCheckpoints(Date.now).resolve(cursor)).to.equal('unknown');
  });

  it('are forgotten in the end', () => {
    let time = 0;
    const checkpoints = openCheckpoints(() => time);
    const old = checkpoints.issue(ROW);
    time = 3 * DAY_MS;
    for (let n = 0; n <= 10_001; n += 1) checkpoints.issue({ ...ROW, createdAt: n });
    expect(checkpoints.resolve(old)).to.equal('unknown');
  });
});
