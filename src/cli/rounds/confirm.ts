import { createInterface } from 'node:readline';

/**
 * Whether a person types `answer`. Another answer, the end of the input and a signal are a no.
 */
export async function confirm(
  question: string,
  answer: string,
  signal: AbortSignal,
): Promise<boolean> {
  // Not as a terminal of its own, so that Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, terminal: false });
  process.stdout.write(question);
  try {
    const typed = await new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(''));
      signal.addEventListener('abort', () => resolve(''), { once: true });
    });
    return typed.trim() === answer;
  } finally {
    lines.close();
  }
}
