import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { readFileSync } from 'node:fs';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import { bindTimers, clean, declarationHeads, thirdPartyLicenses } from './scripts/rollup-plugins.mjs';

/** Every entry of the package: its name in dist/ (and in the `exports` of package.json) and where it begins. */
const entries = {
  index: 'lib/index.ts',
  'client-auth': 'lib/client-auth/index.ts',
  presets: 'lib/presets/index.ts',
  testing: 'lib/testing/index.ts',
};

const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const installed = Object.keys({ ...dependencies, ...peerDependencies });
const external = (id) => id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`));

/** One build with two outputs: the chunks are shared, so a class exists once per module system, not once per entry. */
const outputs = (es, cjs, options) =>
  [
    ['es', es],
    ['cjs', cjs],
  ].map(([format, extension]) => ({
    dir: 'dist',
    format,
    entryFileNames: `[name]${extension}`,
    chunkFileNames: `[name]-[hash]${extension}`,
    ...options,
  }));

export default [
  {
    input: entries,
    external,
    // p-queue and jose ship ES modules only, which Jest cannot require(): they are bundled, each in a chunk of its own.
    output: outputs('.js', '.cjs', {
      exports: 'named',
      manualChunks: (id) => {
        if (/node_modules\/jose\//.test(id)) return 'jose';
        return /node_modules|commonjsHelpers/.test(id) ? 'p-queue' : undefined;
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
];
