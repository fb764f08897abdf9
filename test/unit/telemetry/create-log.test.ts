import { Writable } from 'node:stream';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { createLog, LOG_LEVELS, type LogOptions } from '../../../src/telemetry/create-log.ts';
import { createSecrets } from '../../../src/telemetry/secrets.ts';

/** A stream that keeps what is written to it. */
function memory(): Writable & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}

/** What stands in the log after `use`. */
async function logged(
  use: (log: ReturnType<typeof createLog>) => void,
  options: Partial<LogOptions> = {},
): Promise<string> {
  const stream = memory();
  const log = createLog({
    level: 'debug',
    format: 'json',
    stream,
    clock: { now: () => Date.UTC(2026, 7, 1, 12, 34, 56, 789) },
    ...options,
  });
  use(log);
  await log.close();
  return stream.text();
}

describe('createLog', () => {
  it('writes one JSON object a line: time, level, message, fields', async () => {
    const text = await logged((log) => {
      log.info('sync finished', { created: 3, domain: 'acme.eu.auth0.com' });
      log.error('sync failed');
    });
    expect(text).to.equal(
      '{"time":"2026-08-01T12:34:56.789Z","level":"info","message":"sync finished","created":3,"domain":"acme.eu.auth0.com"}\n' +
        '{"time":"2026-08-01T12:34:56.789Z","level":"error","message":"sync failed"}\n',
    );
  });

  for (const [index, level] of LOG_LEVELS.entries()) {
    it(`writes what ${level} holds`, async () => {
      const text = await logged(
        (log) => {
          for (const each of LOG_LEVELS) log[each](each);
        },
        { level },
      );
      const levels = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).level);
      expect(levels).to.deep.equal(LOG_LEVELS.slice(0, index + 1));
    });
  }

  it('adds the fields of parents to the lines of children', async () => {
    const text = await logged((log) => {
      const child = log.child({ namespace: 'a', name: 'b' }).child({ name: 'c' });
      child.info('x', { id: 1 });
      log.info('y');
    });
    const [first, second] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).to.include({ message: 'x', namespace: 'a', name: 'c', id: 1 });
    expect(second).to.not.have.any.keys('namespace', 'name');
  });

  it('lets no field pass for time, level or message', async () => {
    const fields = { time: 'never', level: 'silly', message: 'forged', splat: [1], stack: 's' };
    const text = await logged((log) => log.info('true', fields));
    expect(JSON.parse(text)).to.deep.equal({
      time: '2026-08-01T12:34:56.789Z',
      level: 'info',
      message: 'true',
      time_: 'never',
      level_: 'silly',
      message_: 'forged',
      splat: [1],
      stack: 's',
    });
  });

  it('tells an error, and leaves the error as it was', async () => {
    const error = Object.freeze(new Error('refused', { cause: new Error('because') }));
    const text = await logged((log) => log.error('failed', { error }));
    expect(JSON.parse(text).error).to.deep.include({
      name: 'Error',
      message: 'refused',
      cause: { name: 'Error', message: 'because' },
    });
    expect(error.message).to.equal('refused');
  });

  it('takes % and other signs of format strings as text', async () => {
    const text = await logged((log) => log.info('100 %s %d %j done', { a: '%s' }));
    expect(JSON.parse(text)).to.include({ message: '100 %s %d %j done', a: '%s' });
  });

  it('writes a readable line for people', async () => {
    const text = await logged(
      (log) => {
        log.warn('page unreadable', {
          offset: 20,
          where: 'https://x/',
          why: 'two words',
          empty: '',
        });
      },
      { format: 'pretty' },
    );
    expect(text).to.equal(
      '12:34:56 WARN  page unreadable offset=20 where=https://x/ why="two words" empty=""\n',
    );
  });

  for (const format of ['json', 'pretty'] as const) {
    it(`lets nobody forge a line or move the cursor (${format})`, async () => {
      const evil = 'a\nb\r\u001b[2J\u009b31m\u0000\u2028\u202edcba\u2066';
      const text = await logged((log) => log.child({ [evil]: evil }).info(evil, { x: [evil] }), {
        format,
      });
      expect(text.trimEnd()).to.not.match(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(text.endsWith('\n')).to.equal(true);
      if (format === 'json') expect(JSON.parse(text)).to.include({ message: evil, [evil]: evil });
    });

    it(`never shows a secret: in messages, fields, names, errors, causes, stacks (${format})`, async () => {
      const secret = fc.oneof(
        fc.base64String({ minLength: 16, maxLength: 60 }),
        fc
          .string({ unit: 'grapheme', minLength: 8, maxLength: 30 })
          .filter((one) => one.trim().length >= 8),
      );
      await fc.assert(
        fc.asyncProperty(secret, fc.string(), async (hidden, around) => {
          const secrets = createSecrets();
          secrets.hide(hidden);
          const text = await logged(
            (log) => {
              const error = new Error(around + hidden, { cause: new Error(hidden) });
              log.child({ [`k${hidden}`]: [hidden] }).error(around + hidden + around, {
                error,
                deep: { a: { b: [`${around}${hidden}`] } },
                json: JSON.stringify({ hidden }),
                url: new URL(`https://x/?q=${encodeURIComponent(hidden)}`),
              });
            },
            { format, secrets },
          );
          expect(text).to.not.include(hidden);
          expect(text).to.not.include(JSON.stringify(hidden).slice(1, -1));
          expect(text).to.not.include(encodeURIComponent(hidden));
        }),
        { seed: 20260810, numRuns: 300 },
      );
    });
  }

  it('hides a secret that is registered later than the log', async () => {
    const secrets = createSecrets();
    const text = await logged(
      (log) => {
        secrets.hide('abcdefgh');
        log.info('x abcdefgh');
      },
      { secrets },
    );
    expect(JSON.parse(text).message).to.equal('x ***');
  });

  it('writes all lines before close resolves, also to a slow stream, and none after', async () => {
    const lines: string[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        setImmediate(done);
      },
    });
    const log = createLog({ level: 'info', format: 'json', stream: slow });
    for (let i = 0; i < 200; i += 1) log.info('line', { i });
    await log.close();
    expect(lines.filter((line) => line !== '')).to.have.length(200);
    log.info('too late');
    await log.close();
    expect(lines.filter((line) => line !== '')).to.have.length(200);
  });

  it('survives a stream that breaks', async () => {
    const broken = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
      },
    });
    const log = createLog({ level: 'info', format: 'json', stream: broken });
    log.info('one');
    await new Promise((resolve) => {
      broken.once('close', resolve);
    });
    log.info('two');
    await log.close();
    expect(broken.destroyed).to.equal(true);
  });

  it('adds no listeners to the stream with each log beyond a few', () => {
    const stream = memory();
    for (let i = 0; i < 30; i += 1) createLog({ level: 'info', format: 'json', stream });
    expect(stream.listenerCount('error')).to.equal(1);
  });
});
