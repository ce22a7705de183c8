import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entry } from '../contenders/ours.mjs';
import { printTable } from '../support/table.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = fileURLToPath(entry);

async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: ['axios', 'node:*'],
    absWorkingDir: root,
    outfile: 'out.js',
  });
  const [{ contents: code }] = outputFiles;
  return {
    minified: code.length,
    gzipped: gzipSync(code, { level: 9 }).length,
    inputs: Object.values(metafile.outputs)[0].inputs,
  };
}

const kB = (bytes) => (bytes / 1000).toFixed(1);

/** What an application's bundle grows by, without axios. */
export async function run() {
  const wholes = [
    ['attachToken and clientCredentials', await bundle(`export { attachToken, clientCredentials } from '${dist}'`)],
    ['attachToken alone (a function as source)', await bundle(`export { attachToken } from '${dist}'`)],
    ['everything in the core', await bundle(`export * from '${dist}'`)],
  ];
  printTable(
    'Size of the core, axios not counted',
    ['imported', 'minified kB', 'gzipped kB'],
    wholes.map(([name, { minified, gzipped }]) => [name, kB(minified), kB(gzipped)]),
  );

  // The build joins its modules into chunks, so the parts are read from the source.
  if (existsSync(new URL('../../lib/index.ts', import.meta.url)))
    printParts(await bundle("export * from './lib/index.ts'"));
  return [];
}

/** By package and by room of the source; gzip has no shares, so the parts are minified bytes. */
function printParts({ minified, inputs }) {
  const parts = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const name = partOf(path);
    parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
  }
  const rows = [...parts].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a);
  printTable(
    'What it is made of',
    ['part', 'minified kB', 'share'],
    rows.map(([name, bytes]) => [name, kB(bytes), `${((bytes / minified) * 100).toFixed(0)} %`]),
  );
}

function partOf(path) {
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  if (dependency) return dependency;
  const [, room, file] = path.split('/');
  return file ? `${room}/` : 'top level';
}
