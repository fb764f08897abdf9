// `npm run supply-chain`: writes the bill of materials of what is shipped (artifacts/sbom.cdx.json), and
// asks the registry for known vulnerabilities and for the signatures of all packages. A finding exits
// 1; a registry that does not answer, or a mirror without these answers, does not.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { namedBom } from './supply-chain/bill-of-materials.ts';
import { runNpm } from './supply-chain/run-npm.ts';
import { auditVerdict, signaturesVerdict, type Verdict } from './supply-chain/verdict.ts';

/** For each question; signatures take a request for each package. */
const LONGEST_MS = 180_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const ask = (...args: string[]) => runNpm(root, args, AbortSignal.timeout(LONGEST_MS));

const { name } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { name: string };
const SBOM = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--omit', 'dev'];
const sbom = namedBom(await ask(...SBOM, '--package-lock-only'), name);
await mkdir(`${root}artifacts`, { recursive: true });
await writeFile(`${root}artifacts/sbom.cdx.json`, sbom);
console.log('The bill of materials is in artifacts/sbom.cdx.json.');

tell('Vulnerabilities', auditVerdict(await ask('audit', '--json', '--omit', 'dev')));
tell('Signatures', signaturesVerdict(await ask('audit', 'signatures', '--json')));

function tell(question: string, verdict: Verdict): void {
  if (verdict.kind === 'clean') console.log(`${question}: nothing found.`);
  else if (verdict.kind === 'noAnswer') {
    console.log(`${question}: not checked, the registry does not answer (${verdict.why}).`);
  } else {
    process.exitCode = 1;
    for (const finding of verdict.findings) console.error(`${question}: ${finding}`);
  }
}
