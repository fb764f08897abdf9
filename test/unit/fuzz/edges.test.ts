import { expect } from 'chai';
import { EDGES } from '../../fuzz/all-edges.ts';

/** The same inputs each time; `npm run fuzz` tries others, for as long as one likes. */
const SEED = 20_260_101;
const RUNS = 60;

describe('what comes from outside', () => {
  for (const edge of EDGES) {
    it(`gets a right answer or a clear error: ${edge.name}`, async function () {
      this.timeout(120_000);
      const { failure, path, executions } = await edge.try({ seed: SEED, runs: RUNS });
      const replay = `npm run fuzz -- --only ${edge.name} --seed ${SEED} --path ${path ?? ''}`;
      expect(failure, replay).to.equal(undefined);
      expect(executions).to.be.at.least(RUNS);
    });
  }
});
