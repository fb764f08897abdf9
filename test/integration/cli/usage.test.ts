import { expect } from 'chai';
import { runCli } from './run-cli.ts';

const DOMAIN = '--AUTH0_DOMAIN=acme.eu.auth0.com';
const TOKEN = '--AUTH0_ACCESS_TOKEN=hidden-token';
const ID = '--AUTH0_CLIENT_ID=id';
const SECRET = '--AUTH0_CLIENT_SECRET=hidden-secret';

/** What is typed, and how the one line of answer goes on after the command's name. */
const CASES: readonly [args: readonly string[], line: RegExp][] = [
  [['sync', '--AUTH0_DOMIAN=x'], /--AUTH0_DOMIAN is no flag .*Did you mean --AUTH0_DOMAIN\?/],
  [['sync', '--secret=hidden'], /--secret is no flag of this command\./],
  [['sync', DOMAIN, '--NAP'], /--NAP needs a value\./],
  [['sync', DOMAIN, TOKEN, 'hidden'], /There are words that belong to no flag\./],
  [['sync'], /--AUTH0_DOMAIN is missing: give /],
  [['sync', DOMAIN], /--AUTH0_ACCESS_TOKEN is missing\. Give /],
  [['sync', DOMAIN, ID], /--AUTH0_CLIENT_SECRET is missing: /],
  [['sync', DOMAIN, SECRET], /--AUTH0_CLIENT_ID is missing: /],
  [['sync', DOMAIN, TOKEN, ID, SECRET], /--AUTH0_ACCESS_TOKEN and --AUTH0_CLIENT_ID are two kinds/],
  [
    ['sync', DOMAIN, ID, '--AUTH0_CLIENT_PRIVATE_KEY=hidden'],
    /--AUTH0_CLIENT_PRIVATE_KEY is not an? [a-z ]*private key/,
  ],
  [['validate', '--AUTH0_DOMAIN=https://acme/', TOKEN], /--AUTH0_DOMAIN must be a host such as /],
  [['create', DOMAIN, TOKEN, '--DELETION_LIMIT=lots'], /--DELETION_LIMIT must be a whole number/],
  [['sync', DOMAIN, TOKEN, '--APPROVE=hidden'], /--APPROVE must be the planHash /],
  [['sync', DOMAIN, TOKEN, '--quiet', '--verbose'], /--verbose and --quiet contradict /],
  [
    ['sync', '--env-file', '/nowhere/.env'],
    /--env-file: "\/nowhere\/\.env" cannot be read \(ENOENT\)/,
  ],
  [['plan', '-f', '/nowhere/it.yaml'], /-f: "\/nowhere\/it\.yaml" cannot be read \(ENOENT\)/],
  [['plan'], /Nothing to plan for: give /],
  [['validate', '-o', 'xml'], /option '-o, --output <format>' argument 'xml' is invalid\. Allowed/],
  [['completion', 'csh'], /Allowed choices are bash, zsh, fish\./],
];

describe('usage errors', function () {
  this.timeout(20_000);

  for (const [args, line] of CASES) {
    it(`exit 2 with one line: ${args.join(' ').slice(0, 70)}`, async () => {
      const { code, stdout, stderr } = await runCli(args);
      expect(stderr).to.match(line);
      expect(stderr).to.match(new RegExp(`^institution-sync ${args[0]}: [^\n]+\n$`));
      expect(stderr).not.to.include('hidden');
      expect(stdout).to.equal('');
      expect(code).to.equal(2);
    });
  }

  it('the controller says in one line that there is no cluster', async () => {
    const env = { KUBECONFIG: '/nowhere/kubeconfig' };
    const { code, stdout, stderr } = await runCli(['controller'], { env });
    expect(stderr).to.match(
      /^institution-sync controller: The kubeconfig cannot be read: ENOENT[^\n]+\n$/,
    );
    expect(stdout).to.equal('');
    expect(code).to.equal(1);
  });

  it('exit 2 for an unknown command, without repeating it', async () => {
    const { code, stderr } = await runCli(['hidden-token']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^institution-sync: this is no command\. Give one of: sync, [^\n]+\n$/);
  });

  it('exit 2 with the overview for no command at all', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.match(/^Usage: institution-sync <command>/);
  });

  for (const args of [['--help'], ['help'], ['help', 'sync'], ['sync', '--help'], ['--version']]) {
    it(`exit 0 for ${args.join(' ')}, on standard output`, async () => {
      const { code, stdout, stderr } = await runCli(args);
      expect(code).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout).to.match(/^(Usage: institution-sync |\d+\.\d+\.\d+)/);
    });
  }
});
