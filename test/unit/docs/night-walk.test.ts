import { expect } from 'chai';
import { fastAlerts } from '../../../scripts/night-walk/fast-alerts.ts';
import { playPage } from '../../../scripts/night-walk/page.ts';

const PAGE = `# A walk

<!-- stage: break it -->

\`\`\`console
$ first
what it said of old
$ jq '.a,
    .b' | \\
    sort

$ last
\`\`\`

\`\`\`sh
$ not a command of the walk
\`\`\`
`;

describe('a page that is played', () => {
  async function play(page: string): Promise<readonly [page: string, done: readonly string[]]> {
    const done: string[] = [];
    const played = await playPage(page, {
      async act(words) {
        done.push(words.join('+'));
      },
      async run(command) {
        done.push(command);
        return [`answer ${done.length} `, ''];
      },
    });
    return [played, done];
  }

  it('acts and runs in order, and has what the commands say now', async () => {
    const [played, done] = await play(PAGE);
    expect(done).to.deep.equal(['break+it', 'first', "jq '.a,\n    .b' | \\\n    sort", 'last']);
    expect(played).to.include('$ first\nanswer 2\n').and.include('    sort\nanswer 3\n');
    expect(played).to.not.include('of old');
    expect(played).to.include('$ not a command of the walk\n');
  });

  it('is the same page when it is played again', async () => {
    const [once] = await play(PAGE);
    expect(await play(once)).to.deep.equal(await play(PAGE));
  });

  it('fails with the first command that fails', async () => {
    const failing = playPage(PAGE, {
      act: () => Promise.resolve(),
      run: (command) => Promise.reject(new Error(`no ${command}`)),
    });
    expect(await failing.catch((error: Error) => error.message)).to.equal('no first');
  });
});

describe('the alerts of the night walk', () => {
  it('are those of the chart, sixty times as fast', () => {
    const rules = fastAlerts(`spec:
  groups:
    - name: one
      interval: 1m
      rules:
        - expr: rate(a[5m]) > b[3d] and (1.1 * max (institution_sync_nap_seconds{}) + 900)
          for: 15m
          annotations: { description: for 15m }
`);
    expect(rules).to.deep.equal({
      groups: [
        {
          name: 'one',
          interval: '1s',
          rules: [
            {
              expr: 'rate(a[5s]) > b[72m] and (1.1 * max (institution_sync_nap_seconds{}) + 15)',
              for: '15s',
              annotations: { description: 'for 15m' },
            },
          ],
        },
      ],
    });
  });

  it('are not guessed at', () => {
    const rules = 'spec: { groups: [{ interval: soon }] }';
    expect(() => fastAlerts(rules)).to.throw('soon cannot be made shorter');
  });
});
