import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's spec reporter, which also leaves its counts and what failed in the file that COUNTS_FILE names. */
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
    });
  }
}
