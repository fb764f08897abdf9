import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { CommandResult } from '../control-plane/command.ts';
import { caFile } from '../sandbox/certificates.ts';
import { institutions } from '../sandbox/institutions.ts';
import { isReady, startOperator, type Operator } from './operator.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/institution-sync.js', import.meta.url));

describe("kubectl's plugin", function () {
  this.timeout(120_000);
  const rows = institutions(20);
  let operator: Operator;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plugin-'));
    symlinkSync(BUNDLE, join(folder, 'kubectl-isync'));
    operator = await startOperator({ the: { rows } });
    await operator.apply(operator.manifest('demo'));
    await operator.until('demo', (object) => isReady(object));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await operator[Symbol.asyncDispose]();
  });

  /** Runs `kubectl isync …` in the namespace. */
  async function isync(...args: string[]): Promise<CommandResult> {
    return operator.plane.kubectl(['isync', ...args, '-n', operator.namespace], {
      env: {
        PATH: `${folder}${delimiter}${process.env['PATH']}`,
        NODE_EXTRA_CA_CERTS: await caFile(),
      },
    });
  }

  async function isyncOut(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await isync(...args);
    expect(
      stderr
        .split('\n')
        .filter((line) => !line.startsWith('{'))
        .join(''),
    ).to.equal('');
    expect(code).to.equal(0);
    return stdout;
  }

  it('lists the objects, and tells all about one', async () => {
    const [head, row] = (await isyncOut('get')).split('\n');
    expect(head).to.match(/^NAME\s+READY\s+REASON\s+INSTITUTIONS\s+ORGANIZATIONS\s+HELD\s/);
    expect(row).to.match(/^demo\s+True\s+Synced\s+20\s+20\s+0\s/);
    expect(await isyncOut('get', '-A')).to.include(operator.namespace);
    const about = await isyncOut('get', 'demo');
    expect(about).to.include(`${operator.namespace}/demo\n`);
    expect(about).to.include('20 managed, 20 in sync, 0 unmanaged, 0 conflicts');
    expect(about).to.include('Ready: True (Synced)');
    expect(about).to.match(/ago: Succeeded, 20 created/);
    expect(parse(await isyncOut('get', 'demo', '-o', 'yaml'))).to.have.property(
      'kind',
      'InstitutionSync',
    );
  });

  it('shows the last syncs, and what is held', async () => {
    const lines = (await isyncOut('history', 'demo')).trimEnd().split('\n');
    const { status } = await operator.get('demo');
    expect(lines).to.have.length(2);
    expect(lines[0]).to.match(/^STARTED\s+OUTCOME\s+CREATED\s+UPDATED\s+REMOVED\s+FAILED\s/);
    expect(lines[1]).to.match(/^\d+\w ago\s+Succeeded\s+20\s+0\s+0\s+0\s+0\s+\d+\s+[\d.]+s\s/);
    expect(lines[1]).to.match(new RegExp(`${status?.lastSync?.id}$`));
    expect(JSON.parse(await isyncOut('history', '-o', 'json'))).to.deep.equal(status?.history);
  });

  it('plans with the credentials of the Secret, and finds the only object by itself', async () => {
    const plan: unknown = JSON.parse(await isyncOut('plan', '-o', 'json'));
    expect(plan).to.deep.include({ domain: operator.auth0.domain, equal: true });
  });

  it('shows, approves and so releases held changes', async () => {
    operator.the.setRows(rows.slice(0, 15));
    await isyncOut('sync-now', 'demo');
    const held = await operator.until(
      'demo',
      (object) => object.status?.heldChanges?.deletions === 5,
    );
    const hash = held.status?.heldChanges?.planHash ?? '';
    const about = await isyncOut('get', 'demo');
    expect(about).to.include('5 removals').and.include(hash);

    expect(await isyncOut('history', 'demo')).to.include('Held now: 5 removals.');
    const plan = await isyncOut('plan', 'demo');
    expect(plan).to.include('Held: removals 5\n');
    expect(plan).to.include(`kubectl isync approve demo -n ${operator.namespace}`);

    const gone = String(rows[17]?.['iid']);
    const why = await isyncOut('explain', gone, 'demo');
    expect(why).to.include('nothing: it is not listed');
    expect(why).to.include('remove the organization once it is approved');
    const empty = await isync('explain', '', 'demo');
    expect(empty).to.deep.include({
      code: 2,
      stderr:
        "kubectl isync explain: The institution's id is empty. Give the iid that THE lists.\n",
    });
    const explained: unknown = JSON.parse(await isyncOut('explain', gone, 'demo', '-o', 'json'));
    expect(explained).to.have.nested.property('next.held', true);
    const planned: unknown = JSON.parse(await isyncOut('plan', 'demo', '-o', 'json'));
    expect(planned).to.have.nested.property('held.removals[0].metadata.institutionId');

    expect(plan).to.include(`approve demo -n ${operator.namespace} --plan-hash ${hash}\n`);
    const other = await isync('approve', 'demo', '--plan-hash', 'sha256:of-yesterday');
    expect(other.code).to.equal(1);
    expect(other.stderr).to.equal(
      `kubectl isync approve: Other changes of "demo" are held now: 5 removals (${hash}). Nothing was approved. Look at them with: kubectl isync plan demo\n`,
    );
    expect((await operator.get('demo')).metadata.annotations ?? {}).to.not.have.any.keys(
      'sync.timeshighereducation.com/approve',
    );

    const approved = await isyncOut('approve', 'demo', '--plan-hash', hash);
    expect(approved).to.equal(`institutionsync/demo approved: 5 removals (${hash})\n`);
    await operator.until('demo', (object) => object.status?.organizations?.managed === 15);
    expect(operator.auth0.organizations()).to.have.lengthOf(15);

    const nothing = await isync('approve', 'demo');
    expect(nothing.code).to.equal(1);
    expect(nothing.stderr).to.match(/^kubectl isync approve: No changes of "demo" are held/);
  });

  it('suspends and resumes', async () => {
    expect(await isyncOut('suspend', 'demo')).to.equal('institutionsync/demo suspended\n');
    expect((await operator.get('demo')).spec).to.include({ suspend: true });
    expect(await isyncOut('get')).to.match(/demo\s+True\s+Suspended\s/);
    expect(await isyncOut('sync-now', 'demo')).to.include('but it is suspended');
    expect(await isyncOut('resume', 'demo')).to.equal('institutionsync/demo resumed\n');
    expect((await operator.get('demo')).spec).to.include({ suspend: false });
  });

  it('has no more rights than the person', async () => {
    await operator.kubectl('create', 'serviceaccount', 'nobody');
    const kubeconfig = await operator.plane.serviceAccountKubeconfig(operator.namespace, 'nobody');
    const { code, stderr } = await isync('get', '--kubeconfig', kubeconfig);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^kubectl isync get: .*refused to list.*forbidden/);
  });

  it('says what is wrong with a name', async () => {
    const missing = await isync('plan', 'nobody');
    expect(missing.code).to.equal(1);
    expect(missing.stderr).to.include('There is no InstitutionSync "nobody" in namespace');
    await operator.apply(operator.manifest('second', { suspend: true }));
    try {
      const several = await isync('plan');
      expect(several.code).to.equal(2);
      expect(several.stderr).to.include('Name one of: demo, second.');
    } finally {
      await operator.kubectl('delete', 'isync', 'second');
    }
  });

  it("sends a Secret's credentials to no host that nobody vouches for", async () => {
    const elsewhere = { auth0: { domain: 'tenant.attacker.example' } };
    await operator.apply(operator.manifest('trap', elsewhere));
    try {
      const { code, stderr } = await isync('plan', 'trap');
      expect(code).to.equal(1);
      expect(stderr).to.include('are not sent to tenant.attacker.example (spec.auth0.domain)');
    } finally {
      await operator.kubectl('delete', 'isync', 'trap');
    }
  });
});
