import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';

const ROOT = path.join(import.meta.dirname, '../../..');
const Versions = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
});
const Locked = z.object({
  version: z.string(),
  integrity: z.string(),
  license: z.string(),
  dev: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
  resolved: z.string().optional(),
});
const Lock = z.object({ packages: z.record(z.string(), z.unknown()) });

async function read(file: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(ROOT, file), 'utf8'));
}

/** All packages of the lock file, by their places in node_modules. */
async function lockedPackages() {
  const { packages } = Lock.parse(await read('package-lock.json'));
  const { '': _project, ...others } = packages;
  return Object.entries(others).map(([place, entry]) => ({ place, ...Locked.parse(entry) }));
}

/** Licences that let anybody ship the package with a notice. */
const SHIPPED = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT', 'PSF-2.0', 'Unlicense'];
/** Of tools that are not shipped; CC-BY-4.0 is that of a table of browsers. */
const OF_TOOLS = [...SHIPPED, 'BlueOak-1.0.0', 'BSD-2-Clause', 'CC-BY-4.0'];

describe('dependencies', () => {
  it('have exact versions', async () => {
    const manifest = Manifest.parse(await read('package.json'));
    const all = Object.values(manifest).flatMap((group) => Object.entries(group));
    expect(all).not.to.be.empty;
    for (const [name, version] of all) expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
    const { packages } = Lock.parse(await read('package-lock.json'));
    expect(Manifest.parse(packages[''])).to.deep.equal(manifest);
  });

  it('are locked by SHA-512, and come from whatever registry npm is set to', async () => {
    for (const { place, integrity, resolved } of await lockedPackages()) {
      expect(integrity, place).to.match(/^sha512-[\w+/]{86}==$/);
      expect(resolved, place).to.equal(undefined);
    }
  });

  it('run nothing when they are installed', async () => {
    const running = (await lockedPackages()).filter(({ hasInstallScript }) => hasInstallScript);
    expect(running.map(({ place }) => place)).to.deep.equal([]);
  });

  it('have licences that allow what is done with them', async () => {
    const packages = await lockedPackages();
    expect(packages.filter(({ dev }) => !dev)).not.to.be.empty;
    for (const { place, license, dev } of packages) {
      expect(license, place).to.be.oneOf(dev ? OF_TOOLS : SHIPPED);
    }
  });
});
