import { readFile } from 'node:fs/promises';

/** What libraries bring and this program never calls. Even unused it would cost every process memory. */
const UNUSED = [
  // client-node reads the kubeconfig; requests go through Node's own client.
  { path: /node_modules\/undici\/index\.js$/, code: 'module.exports = {};' },
  // axios looks for the best way to send; here that is always Node's own client.
  { path: /\/axios\/lib\/adapters\/xhr\.js$/, code: 'export default false;' },
  {
    path: /\/axios\/lib\/adapters\/fetch\.js$/,
    code: 'export const getFetch = () => undefined; export default false;',
  },
  // For forms with files.
  { path: /node_modules\/mime-db\//, code: 'module.exports = {};' },
];

/** Libraries look for these globals as they load. To look is to load Node's fetch: 8 MB of memory. */
const PROBES = [
  { path: /\/axios\/lib\/utils\.js$/, probe: 'typeof G.FormData' },
  { path: /\/auth0\/.*\/fetcher\/Headers\.mjs$/, probe: 'typeof globalThis.Headers' },
];

/**
 * Takes out of libraries what this program never calls. Throws when a library no longer holds what is
 * taken out, so that nothing comes back unseen.
 */
export function leanLibraries() {
  const missing = new Set([...UNUSED, ...PROBES].map(({ path }) => path));
  return {
    name: 'lean-libraries',
    resolveId(source) {
      return /^(node:)?http$/.test(source) ? '\0http' : undefined;
    },
    async load(id) {
      // An import of node:http reads all that it exports, and its WebSocket loads Node's fetch.
      if (id === '\0http') {
        return {
          code: "module.exports = process.getBuiltinModule('node:http');",
          moduleType: 'js',
        };
      }
      const unused = UNUSED.find(({ path }) => path.test(id));
      missing.delete(unused?.path);
      if (unused !== undefined) return { code: unused.code, moduleType: 'js' };
      const probed = PROBES.find(({ path }) => path.test(id));
      if (probed === undefined) return undefined;
      const code = await readFile(id, 'utf8');
      if (code.includes(probed.probe)) missing.delete(probed.path);
      return { code: code.replace(probed.probe, "'undefined'"), moduleType: 'js' };
    },
    buildEnd(error) {
      if (error !== undefined || missing.size === 0) return;
      throw new Error(`Not found any more: ${[...missing].map(String).join(', ')}`);
    },
  };
}
