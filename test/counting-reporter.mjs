import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** After the last test; what the tests opened is closed in less. */
const LONGEST_END_MS = 60_000;

/**
 * Mocha's spec reporter, which also leaves its counts and what failed in the file that COUNTS_FILE
 * names. A run that does not come to its end, because a test has left something open, fails.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.COUNTS_FILE) {
        const failed = this.failures.map((test) => ({
          title: test.titlePath().join(' › '),
          error: test.err?.stack ?? String(test.err),
        }));
        writeFileSync(
          process.env.COUNTS_FILE,
          JSON.stringify({ passes, failures, pending, failed }),
        );
      }
      setTimeout(() => {
        console.error('The run does not end: a test has left something open.');
        // Mocha has set the code by what failed, and would do so again.
        process.once('exit', () => (process.exitCode = 1));
        process.exit();
      }, LONGEST_END_MS).unref();
    });
  }
}
