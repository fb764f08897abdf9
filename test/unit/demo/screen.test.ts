import { expect } from 'chai';
import { openScreen } from '../../../scripts/demo/screen.ts';

describe('the screen of the demo', () => {
  const never = new AbortController().signal;

  function open(columns: number | undefined, signal = never, paced = false) {
    let text = '';
    const output = {
      write: (part: string) => (text += part),
      ...(columns === undefined ? {} : { columns }),
    };
    return { screen: openScreen(output, {}, paced, signal), text: () => text };
  }

  it('shows a command as it is typed, and its output indented beneath', () => {
    const { screen, text } = open(undefined);
    screen.command("kubectl apply -f - <<'EOF'\nkind: A\nEOF");
    screen.output(['a/b created']);
    expect(text()).to.equal("\n$ kubectl apply -f - <<'EOF'\nkind: A\nEOF\n  a/b created\n");
  });

  for (const [columns, width] of [
    [undefined, 100],
    [300, 100],
    [80, 80],
    [20, 60],
  ] as const) {
    it(`is ${width} wide where there are ${columns ?? 'no'} columns`, async () => {
      const { screen, text } = open(columns);
      screen.heading('1. A');
      expect(text().trim()).to.have.length(width);
      await screen.say('word '.repeat(100).trim());
      screen.output(['x'.repeat(width + 1)]);
      for (const line of text().split('\n')) expect(line.length).to.be.at.most(width);
    });
  }

  it('gives a person time to read, unless the demo ends', async () => {
    const abort = new AbortController();
    const { screen } = open(100, abort.signal, true);
    const pause = screen.pause(1_000_000);
    abort.abort(new Error('over'));
    const failure = await pause.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error);
    await screen.pause(1).then(
      () => expect.fail('it went on'),
      (error: unknown) => expect(error).to.equal(abort.signal.reason),
    );
  });
});
