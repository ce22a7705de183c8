// Prints what the core and one preset cost a user who bundles them (minified and gzipped, axios not counted); fails above a budget, and
// when one preset brings others along.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budget = 36_000;
const presetBudget = { alone: 12_500, besideCore: 5_000 };

/** What an application imports. The package's name leads to dist/ by its `exports`, as a user's bundler reads them. */
const everything = "export * from 'axios-client-credentials';";
const attach = "export { attachToken } from 'axios-client-credentials';";
const describe = "export { clientCredentials } from 'axios-client-credentials';";
const auth0 = "export { auth0 } from 'axios-client-credentials/presets';";
const everyPreset = "export * from 'axios-client-credentials/presets';";

const root = fileURLToPath(new URL('..', import.meta.url));
const external = ({ path }) => ({ path, external: true });

async function bundle(imports, { left = [], minify = true } = {}) {
  const { outputFiles } = await build({
    stdin: { contents: imports, resolveDir: root },
    bundle: true,
    minify,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['axios', 'node:*'],
    plugins: [
      { name: 'leave-out', setup: ({ onResolve }) => left.forEach((filter) => onResolve({ filter }, external)) },
    ],
  });
  return outputFiles[0];
}

async function gzipped(imports, ...left) {
  const { contents } = await bundle(imports, { left });
  return gzipSync(contents, { level: 9 }).length;
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

function fail(message) {
  console.error(`${message} (scripts/size.mjs).`);
  process.exitCode = 1;
}

async function checkCore() {
  const bundledQueue = /^\.\/p-queue-.*\.js$/;
  const lruCache = /^lru-cache$/;
  const [total, withoutQueue, withoutCache, ours] = await Promise.all([
    gzipped(everything),
    gzipped(everything, bundledQueue),
    gzipped(everything, lruCache),
    gzipped(everything, bundledQueue, lruCache),
  ]);
  console.log(
    `core: ${kB(total)} of ${kB(budget)} minified and gzipped ` +
      `(ours ${kB(ours)}, p-queue & co ${kB(total - withoutQueue)}, lru-cache ${kB(total - withoutCache)})`,
  );
  if (total > budget) fail(`The core is ${kB(total - budget)} above its budget`);
}

/** One preset stands for all: they are descriptions of about the same length. */
async function checkPreset() {
  const [alone, core, both, described, withAll, all] = await Promise.all(
    [auth0, attach, attach + auth0, attach + describe, attach + describe + auth0, everyPreset].map((imports) =>
      gzipped(imports),
    ),
  );
  const added = both - core;
  console.log(
    `auth0: ${kB(alone)} of ${kB(presetBudget.alone)} alone, adds ${kB(added)} of ${kB(presetBudget.besideCore)} to attachToken ` +
      `and ${kB(withAll - described)} where clientCredentials is there already (all presets: ${kB(all)})`,
  );
  if (alone > presetBudget.alone) fail(`auth0 alone is ${kB(alone - presetBudget.alone)} above its budget`);
  if (added > presetBudget.besideCore) {
    fail(`auth0 beside attachToken is ${kB(added - presetBudget.besideCore)} above its budget`);
  }
}

/** What tells the presets apart, their functions and the hosts that they name, must not be in the bundle of another. */
async function checkTreeShaking() {
  const [all, core, ...shaken] = await Promise.all(
    [everyPreset, everything, auth0, attach + auth0].map((imports) => bundle(imports, { minify: false })),
  );
  const names = Object.keys(await import(new URL('../dist/presets.js', import.meta.url)));
  const marks = [...names.map((name) => `function ${name}(`), ...hostsIn(all.text)];
  for (const known of ['function auth0(', 'function keycloak(', '.myshopify.com', 'api.weixin.qq.com']) {
    if (!marks.includes(known) || !all.text.includes(known))
      fail(`${known} is in no preset: is this check still right?`);
  }
  const others = marks.filter((mark) => mark !== 'function auth0(' && !core.text.includes(mark));
  const found = others.filter((mark) => shaken.some(({ text }) => text.includes(mark)));
  if (found.length > 0) fail(`auth0 brings other presets along: ${found.join(', ')}`);
}

/** The literal parts of hosts in URLs: of `https://{shop}.myshopify.com/…` that is `.myshopify.com`. */
function hostsIn(text) {
  const hosts = [...text.matchAll(/https?:\/\/([^/"'`\s]+)/g)].map(([, host]) => host);
  return new Set(hosts.flatMap((host) => host.split(/\$?\{[^}]*\}/)).filter((part) => part.includes('.')));
}

await checkCore();
await checkPreset();
await checkTreeShaking();
