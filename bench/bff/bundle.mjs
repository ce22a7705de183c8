import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { entry } from '../contenders/ours.mjs';

const folder = fileURLToPath(new URL('../../node_modules/.cache/bench-bff/', import.meta.url)); // from where it finds the root's packages

/** Makes a script of one that imports the example's TypeScript. The plugin that it uses is the built one which is measured. */
export async function bundled(name) {
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}${name}.mjs`;
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    tsconfigRaw: {}, // the root's leads to lib/
    logLevel: 'warning',
    plugins: [{ name: 'measured', setup: useMeasured }],
  });
  return pathToFileURL(outfile);
}

function useMeasured({ onResolve }) {
  onResolve({ filter: /^axios-client-credentials(\/|$)/ }, ({ path }) => {
    const [, name = 'index'] = path.split('/');
    return { path: new URL(`${name}.js`, entry).href, external: true };
  });
}
