// A process that has a child by a lifeline, says where the lifeline's folder is and what the child's
// id is, and then ends as its argument says. (.mts: mocha must not take it for a test.)
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLifeline } from '../../control-plane/lifeline.ts';

const end = process.argv[2];
// Quotes and spaces must not mislead the shell.
const lifeline = await openLifeline(path.join(tmpdir(), "life line's-"));
const launcher = await lifeline.launcher('sleeper', '/bin/sh');
spawn(launcher, ['-c', 'trap "" TERM; exec sleep 600'], { stdio: 'ignore' });
const note = path.join(lifeline.folder, 'pids', 'sleeper');
while (!/\d\n/.test(await readFile(note, 'utf8').catch(() => ''))) await sleep(10);
process.stdout.write(`${lifeline.folder}\n${await readFile(note, 'utf8')}`);
if (end === 'crash') throw new Error('as the test wants');
if (end === 'exit') process.exit(0);
