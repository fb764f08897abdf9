import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';

const FOLDER = path.join(import.meta.dirname, '../../../.github/workflows');

const Step = z.object({ uses: z.string().optional(), run: z.string().optional() });
const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({ 'timeout-minutes': z.number(), steps: z.array(Step).min(1) }),
  ),
});

describe('workflows', () => {
  it('may only read by default, end in time, and take actions of a version', async () => {
    const files = await readdir(FOLDER);
    expect(files).to.have.members(['ci.yaml', 'release.yaml']);
    for (const file of files) {
      const workflow = Workflow.parse(parse(await readFile(path.join(FOLDER, file), 'utf8')));
      expect(workflow.permissions).to.deep.equal({ contents: 'read' });
      for (const { steps } of Object.values(workflow.jobs)) {
        for (const { uses } of steps) {
          if (uses !== undefined)
            expect(uses, file).to.match(/^[\w-]+\/[\w-]+@(v\d+|[\da-f]{40})$/);
        }
      }
    }
  });

  it('put no value of an event into a script', async () => {
    for (const file of await readdir(FOLDER)) {
      const { jobs } = Workflow.parse(parse(await readFile(path.join(FOLDER, file), 'utf8')));
      const scripts = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
      for (const script of scripts) expect(script, file).not.to.contain('${{');
    }
  });
});
