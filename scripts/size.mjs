// Prints what the core costs a user who bundles it (minified and gzipped, axios not counted), and fails above the budget.
import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';

const budget = 34_000;

const bundledQueue = /^\.\/p-queue-.*\.js$/;

async function gzipped(...left) {
  const { outputFiles } = await build({
    entryPoints: ['dist/index.js'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['axios', 'node:*'],
    plugins: [
      { name: 'leave-out', setup: ({ onResolve }) => left.forEach((filter) => onResolve({ filter }, external)) },
    ],
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
const external = ({ path }) => ({ path, external: true });

const lruCache = /^lru-cache$/;
const [total, withoutQueue, withoutCache, ours] = await Promise.all([
  gzipped(),
  gzipped(bundledQueue),
  gzipped(lruCache),
  gzipped(bundledQueue, lruCache),
]);

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(
  `core: ${kB(total)} of ${kB(budget)} minified and gzipped ` +
    `(ours ${kB(ours)}, p-queue & co ${kB(total - withoutQueue)}, lru-cache ${kB(total - withoutCache)})`,
);
if (total > budget) {
  console.error(`The core is ${kB(total - budget)} above its budget (scripts/size.mjs).`);
  process.exitCode = 1;
}
