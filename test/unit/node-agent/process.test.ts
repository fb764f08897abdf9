import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { openLifeline, type Lifeline } from '../../control-plane/lifeline.ts';
import { projectImage } from '../../node-agent/image.ts';
import { isolationFault, startProcess } from '../../node-agent/process.ts';

const LOOK = `
const fs = require('node:fs');
const os = require('node:os');
function written(file) {
  try { fs.writeFileSync(file, ''); return 'written'; } catch (error) { return error.code; }
}
console.log(JSON.stringify({
  pid: process.pid, uid: process.getuid(), gid: process.getgid(), host: os.hostname(),
  shells: ['/bin/sh', '/usr/bin/sh'].filter((file) => fs.existsSync(file)), home: fs.existsSync('/home'), passwords: fs.existsSync('/etc'),
  program: fs.readFileSync('/app/program.txt', 'utf8'), token: fs.readFileSync('/var/run/secrets/x/token', 'utf8'),
  root: written('/file'), app: written('/app/file'), volume: written('/var/run/secrets/x/file'), data: written('/data/file'),
  env: process.env,
}));
`;

describe('a container process', function () {
  this.timeout(20_000);
  let lifeline: Lifeline;
  before(async function () {
    const fault = await isolationFault();
    if (fault === undefined) return;
    console.error(`Skipped: ${fault}`);
    this.skip();
  });
  beforeEach(async () => {
    lifeline = await openLifeline(path.join(tmpdir(), 'node-agent-test-'));
  });
  afterEach(() => lifeline?.end());

  async function run(script: string) {
    const { folder } = lifeline;
    for (const name of ['app', 'secrets', 'data']) await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, 'app/program.txt'), 'program');
    await writeFile(path.join(folder, 'secrets/token'), 'secret');
    let output = '';
    const process = await startProcess({
      command: ['/nodejs/bin/node', '-e', script],
      env: { PATH: '/bin', ONLY: 'this' },
      root: path.join(folder, 'root'),
      mounts: [
        { source: globalThis.process.execPath, target: '/nodejs/bin/node', readOnly: true },
        { source: path.join(folder, 'app'), target: '/app', readOnly: true },
        { source: path.join(folder, 'secrets'), target: '/var/run/secrets/x', readOnly: true },
        { source: path.join(folder, 'data'), target: '/data', readOnly: false },
      ],
      readOnlyRoot: true,
      hostname: 'pod-1',
      uid: 65532,
      gid: 65532,
      lifeline,
      onOutput: (text) => void (output += text),
    });
    return { process, output: () => output };
  }

  it('sees its own files and nothing else, cannot write them, and has its own name and user', async () => {
    const { process, output } = await run(LOOK);
    expect(await process.exited).to.deep.equal({ exitCode: 0, signal: undefined });
    const seen = JSON.parse(output()) as Record<string, unknown>;
    expect(seen).to.deep.include({
      pid: process.pid,
      uid: 65532,
      gid: 65532,
      host: 'pod-1',
      shells: [],
      home: false,
      passwords: false,
      program: 'program',
      token: 'secret',
      root: 'EROFS',
      app: 'EROFS',
      volume: 'EROFS',
      data: 'written',
    });
    expect(seen['env']).to.include({ ONLY: 'this' });
    expect(seen['env']).to.not.have.any.keys('HOME', 'USER');
  });

  it('gets signals itself', async () => {
    const { process, output } = await run(
      "process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1000);",
    );
    while (!output().includes('up')) await new Promise((resolve) => setTimeout(resolve, 5));
    process.kill('SIGTERM');
    expect(await process.exited).to.deep.equal({ exitCode: 7, signal: undefined });
  });

  it('tells by which signal it ended', async () => {
    const { process } = await run('setInterval(() => {}, 1000);');
    process.kill('SIGKILL');
    expect(await process.exited).to.deep.equal({ exitCode: 137, signal: 9 });
  });

  it('has the command and the files that the Dockerfile gives the image', async () => {
    const image = await projectImage('/dist-of-this-version');
    expect(image.entrypoint).to.deep.equal(['/nodejs/bin/node', '/app/institution-sync.js']);
    expect(image.args).to.deep.equal(['controller']);
    expect(image.env).to.include({ NODE_ENV: 'production' });
    expect(image.files).to.deep.equal({
      '/app': '/dist-of-this-version',
      '/nodejs/bin/node': process.execPath,
    });
  });
});
