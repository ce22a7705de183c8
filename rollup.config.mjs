import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import { bindTimers, clean, declarationHeads, thirdPartyLicenses } from './scripts/rollup-plugins.mjs';

/** Every entry of the package: its name in dist/ (and in the `exports` of package.json) and where it begins. */
const entries = {
  index: 'lib/index.ts',
  'client-auth': 'lib/client-auth/index.ts',
  dpop: 'lib/dpop/index.ts',
  grants: 'lib/grants/index.ts',
  opentelemetry: 'lib/opentelemetry/index.ts',
  presets: 'lib/presets/index.ts',
  redis: 'lib/redis/index.ts',
  testing: 'lib/testing/index.ts',
};

const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const installed = Object.keys({ ...dependencies, ...peerDependencies });
const external = (id) => id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`));

/** Its modules, and those that they import statically. */
function reached(id, getModuleInfo) {
  const found = new Set([id]);
  for (const one of found) for (const next of getModuleInfo(one)?.importedIds ?? []) found.add(next);
  return found;
}

/** What the core has in common with other entries is one chunk: rollup would cut it into a dozen, by who needs which part of it. */
function isCommon(id, getModuleInfo) {
  const [core, ...others] = Object.values(entries).map((entry) => reached(resolve(entry), getModuleInfo));
  return core.has(id) && others.some((other) => other.has(id));
}

/** One build with two outputs: the chunks are shared, so a class exists once per module system, not once per entry. */
const outputs = (es, cjs, options) =>
  [
    ['es', es],
    ['cjs', cjs],
  ].map(([format, extension]) => ({
    dir: 'dist',
    format,
    entryFileNames: `[name]${extension}`,
    chunkFileNames: ({ name }) => `${name === 'index' ? 'core' : name}-[hash]${extension}`,
    hoistTransitiveImports: false, // bare imports of what has no side effects: bundlers warn of them
    ...options,
  }));

export default [
  {
    input: entries,
    external,
    // These ship ES modules only, which Jest cannot require(): they are bundled, each in a chunk of its own.
    output: outputs('.js', '.cjs', {
      exports: 'named',
      manualChunks: (id, { getModuleInfo }) => {
        const own = /node_modules\/(jose|dpop)\//.exec(id);
        if (own) return own[1];
        if (/node_modules|commonjsHelpers/.test(id)) return 'p-queue';
        return isCommon(id, getModuleInfo) ? 'ground' : undefined;
      },
    }),
    plugins: [
      clean('dist'),
      nodeResolve(),
      commonjs(), // for eventemitter3
      bindTimers(),
      esbuild({ target: 'node20' }),
      thirdPartyLicenses('THIRD-PARTY-LICENSES.txt'),
    ],
  },
  {
    input: entries,
    external,
    output: outputs('.d.ts', '.d.cts'),
    plugins: [dts(), declarationHeads()],
  },
  {
    // The command line is a program, not an entry: ES modules only, with all that it needs in a folder of its own, so that its
    // demands on chunks do not cut up those of the library.
    input: { cli: 'lib/cli/main.ts' },
    external,
    output: {
      dir: 'dist',
      format: 'es',
      chunkFileNames: 'cli/[name]-[hash].js',
      banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''),
    },
    plugins: [
      nodeResolve({ exportConditions: ['node'], preferBuiltins: true }),
      commonjs(),
      esbuild({ target: 'node20' }),
      thirdPartyLicenses('cli/THIRD-PARTY-LICENSES.txt'),
    ],
  },
];
