import { expect } from 'chai';
import { openLimiter, type LimiterOptions } from '../../sandbox/auth0/limiter.ts';
import { PLANS, type BucketName } from '../../sandbox/auth0/limits.ts';

const NOON = Date.UTC(2026, 7, 3, 12);

function limiterAt(options: Partial<LimiterOptions> = {}) {
  let time = NOON;
  const limiter = openLimiter({
    limits: PLANS.enterprise,
    refill: 'continuous',
    timeScale: 1,
    fractionalReset: false,
    now: () => time,
    ...options,
  });
  return {
    ...limiter,
    pass(ms: number) {
      time += ms;
    },
    admitted(bucket: BucketName, times: number): number {
      let admitted = 0;
      for (let n = 0; n < times; n += 1) if (limiter.admit(bucket).admitted) admitted += 1;
      return admitted;
    },
  };
}

describe('sandbox: the limits of a tenant', () => {
  it('are those of the documented plans', () => {
    expect(PLANS.enterprise.writes).to.deep.equal({ burst: 5, perMinute: 150 });
    expect(PLANS.enterprise.list).to.deep.equal({ burst: 10, perMinute: 100 });
    expect(PLANS.enterprise.byName).to.deep.equal({ burst: 20, perMinute: 200 });
    expect(PLANS.enterprise.global).to.deep.equal({ burst: 50, perMinute: 16 * 60 });
    expect(PLANS.essentials.writes).to.deep.equal({ burst: 5, perMinute: 25 });
    expect(PLANS.essentials.byId).to.deep.equal({ burst: 20, perMinute: 200 });
    expect(PLANS.free).to.have.keys('global', 'token');
    expect(PLANS.free.global).to.deep.equal({ burst: 2, perMinute: 120 });
  });

  it('say what is left of the endpoint and when it gets more, in whole seconds', () => {
    const limiter = limiterAt();
    limiter.pass(250);
    const { headers } = limiter.admit('writes');
    expect(headers).to.deep.equal({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '4',
      'x-ratelimit-reset': String(NOON / 1000 + 1),
    });
  });

  it('keep endpoints apart: a drained bucket leaves the others alone', () => {
    const limiter = limiterAt();
    expect(limiter.admitted('writes', 9)).to.equal(5);
    expect(limiter.admitted('list', 20)).to.equal(10);
    expect(limiter.admitted('byName', 30)).to.equal(20);
    expect(limiter.state().writes).to.include({ remaining: 0, lowest: 0, refused: 4 });
    expect(limiter.state().byId).to.include({ remaining: 10, lowest: 10, refused: 0 });
  });

  it('hold all endpoints to the global bucket, and then report that one', () => {
    const limiter = limiterAt({
      limits: { ...PLANS.enterprise, global: { burst: 3, perMinute: 60 } },
    });
    expect(limiter.admitted('list', 2)).to.equal(2);
    expect(limiter.admit('byId').headers).to.include({ 'x-ratelimit-limit': '10' });
    const refused = limiter.admit('writes');
    expect(refused).to.include({ admitted: false, refusedBy: 'global', retryAfter: 1 });
    expect(refused.headers).to.include({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(NOON / 1000 + 1),
    });
    expect(limiter.state().writes).to.include({ remaining: 5 });
  });

  it('report the global bucket on a plan that has no other', () => {
    const limiter = limiterAt({ limits: PLANS.free });
    expect(limiter.admit('writes').headers).to.include({ 'x-ratelimit-limit': '2' });
    expect(limiter.admitted('list', 5)).to.equal(1);
  });

  it('leave requests for tokens out of the global bucket', () => {
    const limiter = limiterAt({ limits: PLANS.free });
    expect(limiter.admitted('token', 9)).to.equal(5);
    expect(limiter.state().global).to.include({ remaining: 2 });
  });

  it('may hide a bucket: its refusal carries no header', () => {
    const limiter = limiterAt({
      limits: { ...PLANS.enterprise, hidden: { burst: 2, perMinute: 60 } },
    });
    expect(limiter.admitted('byId', 2)).to.equal(2);
    const refused = limiter.admit('byId');
    expect(refused).to.include({ admitted: false, refusedBy: 'hidden' });
    expect(refused.headers).to.deep.equal({});
    limiter.pass(1000);
    expect(limiter.admit('byId').headers).to.include({ 'x-ratelimit-limit': '10' });
  });

  it('may not exist at all', () => {
    const limiter = limiterAt({ limits: PLANS.none });
    expect(limiter.admitted('writes', 1000)).to.equal(1000);
    expect(limiter.admit('writes').headers).to.deep.equal({});
    expect(limiter.state()).to.deep.equal({});
  });

  it('run faster with timeScale, and tell the time of the client', () => {
    const limiter = limiterAt({ timeScale: 60, fractionalReset: true });
    expect(limiter.admitted('writes', 6)).to.equal(5);
    // One of 150 a minute after 400 ms of the tenant: 6.667 ms of the client, rounded up.
    expect(limiter.admit('writes').headers['x-ratelimit-reset']).to.equal(
      (NOON / 1000 + 0.007).toFixed(3),
    );
    limiter.pass(7);
    expect(limiter.admitted('writes', 2)).to.equal(1);
    limiter.pass(1000);
    expect(limiter.admitted('writes', 9)).to.equal(5);
  });

  it('round the reset up to whole seconds of the client at any timeScale', () => {
    const limiter = limiterAt({ timeScale: 60 });
    limiter.pass(100);
    expect(limiter.admit('writes').headers['x-ratelimit-reset']).to.equal(String(NOON / 1000 + 1));
  });

  it('give every minute of requests in a second at a timeScale of 60', () => {
    const limiter = limiterAt({ timeScale: 60, limits: { writes: { burst: 5, perMinute: 150 } } });
    let admitted = 0;
    for (let ms = 0; ms < 10_000; ms += 1) {
      limiter.pass(1);
      admitted += limiter.admitted('writes', 5);
    }
    expect(admitted).to.be.within(1500, 1505);
  });
});

describe('sandbox: a competitor', () => {
  it('takes its share evenly and is refused where nothing is left', () => {
    const limiter = limiterAt();
    const competitor = limiter.compete({ bucket: 'writes', share: 0.6 });
    limiter.pass(60_000);
    expect(competitor.report()).to.deep.equal({ asked: 90, served: 90, refused: 0 });
    let mine = 0;
    for (let n = 0; n < 600; n += 1) {
      limiter.pass(100);
      mine += limiter.admitted('writes', 5);
    }
    const after = competitor.stop();
    expect(after.asked).to.equal(180);
    expect(after.refused).to.be.greaterThan(0);
    expect(mine + after.served - 90).to.be.within(150, 155);
    limiter.pass(60_000);
    expect(competitor.report()).to.deep.equal(after);
  });

  it('may ask for several at a time', () => {
    const limiter = limiterAt();
    limiter.compete({ bucket: 'writes', share: 0.4, atATime: 4 });
    limiter.pass(3999);
    expect(limiter.admit('writes').headers).to.include({ 'x-ratelimit-remaining': '4' });
    limiter.pass(1);
    expect(limiter.admit('writes').headers).to.include({ 'x-ratelimit-remaining': '0' });
  });

  it('is not counted in what requests left over', () => {
    const limiter = limiterAt();
    limiter.compete({ bucket: 'list', share: 20 });
    limiter.pass(60_000);
    expect(limiter.state().list).to.include({ lowest: 10, refused: 0 });
    expect(limiter.state().list?.remaining).to.be.lessThan(2);
  });

  it('must take something, of a bucket that exists', () => {
    const limiter = limiterAt({ limits: PLANS.free });
    expect(() => limiter.compete({ bucket: 'global', share: 0 })).to.throw(
      'share is above 0, not 0',
    );
    expect(() => limiter.compete({ bucket: 'writes', share: 1 })).to.throw('no bucket "writes"');
  });
});
