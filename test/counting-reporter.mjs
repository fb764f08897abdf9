import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's spec reporter, which also leaves its counts in the file that COUNTS_FILE names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.COUNTS_FILE) {
        writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ passes, failures, pending }));
      }
    });
  }
}
