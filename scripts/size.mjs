// Prints what the core, one preset and the further entries cost a user who bundles them (minified and gzipped, axios not counted). Fails
// above a budget, when one preset brings others along, and when something big is loaded that nobody has asked for.
import { build } from 'esbuild';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budget = 37_500;
const presetBudget = { alone: 12_500, besideCore: 6_000 };

/** What an application imports. The package's name leads to dist/ by its `exports`, as a user's bundler reads them. */
const all = (entry = '') => `export * from 'axios-client-credentials${entry}';`;
const everything = all();
const attach = "export { attachToken } from 'axios-client-credentials';";
const describe = "export { clientCredentials } from 'axios-client-credentials';";
const auth0 = "export { auth0 } from 'axios-client-credentials/presets';";
const everyPreset = all('/presets');
const furtherEntries = ['/client-auth', '/dpop', '/grants', '/opentelemetry', '/redis'];

const root = fileURLToPath(new URL('..', import.meta.url));
const external = ({ path }) => ({ path, external: true });

const leftOut = (left) => ({
  name: 'leave-out',
  setup: ({ onResolve }) => left.forEach((filter) => onResolve({ filter }, external)),
});

/** What an application becomes that imports this: what it loads `atOnce`, and what comes `later`, when it is used. */
async function bundle(imports, { minify = true } = {}) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: imports, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify,
    metafile: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    target: 'es2022',
    external: ['axios', '@opentelemetry/api', 'node:*'],
    tsconfigRaw: {}, // whose `paths` lead to lib/
    logOverride: { 'ignored-bare-import': 'silent' }, // those of re-exports; in node_modules nobody is told either
  });
  const { outputs } = metafile;
  const texts = new Map(outputFiles.map(({ path, text }) => [`out/${basename(path)}`, text]));
  const textOf = (chunks) => chunks.map((chunk) => texts.get(chunk)).join('\n');
  const atOnce = reached(outputs, 'out/stdin.js');
  const later = Object.values(outputs).flatMap((chunk) => chunk.imports.filter(isDynamic).map(({ path }) => path));
  return {
    text: textOf([...texts.keys()]),
    atOnce: { text: textOf(atOnce), files: atOnce.flatMap((chunk) => Object.keys(outputs[chunk].inputs)) },
    later: [...new Set(later)].map((chunk) => {
      const added = reached(outputs, chunk).filter((one) => !atOnce.includes(one));
      return { name: nameOf(outputs[chunk].entryPoint), text: textOf(added) };
    }),
  };
}

const isDynamic = ({ kind }) => kind === 'dynamic-import';

/** A chunk, and before it those that it imports statically: in the order in which they run. */
function reached(outputs, chunk, seen = new Set()) {
  if (seen.has(chunk)) return [];
  seen.add(chunk);
  const imported = outputs[chunk].imports.filter((one) => !one.external && !isDynamic(one));
  return [...imported.flatMap(({ path }) => reached(outputs, path, seen)), chunk];
}

/** `dist/drain-A7XGpVw1.js` → `drain` */
const nameOf = (file) => basename(file).replace(/(-[\w-]{8})?\.js$/, '');

const zipped = (text) => gzipSync(text, { level: 9 }).length;

/**
 * What an application loads at once, as the one file that it may be: how a bundler cuts it into chunks, and what these then say to each
 * other, is its own affair. What comes later is left where it is.
 */
async function gzipped(imports, ...left) {
  const later = {
    name: 'later',
    setup: ({ onResolve }) => onResolve({ filter: /^/ }, (one) => (isDynamic(one) ? external(one) : null)),
  };
  const { outputFiles } = await build({
    stdin: { contents: imports, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['axios', '@opentelemetry/api', 'node:*'],
    tsconfigRaw: {}, // whose `paths` lead to lib/
    logOverride: { 'ignored-bare-import': 'silent' },
    plugins: [leftOut(left), later],
  });
  return zipped(outputFiles[0].text);
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const listed = (chunks) =>
  chunks.map(({ name, text }) => `${name} ${kB(zipped(text))} (minified ${kB(text.length)})`).join(', ');

function fail(message) {
  console.error(`${message} (scripts/size.mjs).`);
  process.exitCode = 1;
}

async function checkCore() {
  const queueChunk = /^\.\/p-queue-.*\.js$/;
  const lruCache = /^lru-cache$/;
  const { later } = await bundle(everything);
  const [total, withoutQueue, withoutCache, ours] = await Promise.all([
    gzipped(everything),
    gzipped(everything, queueChunk),
    gzipped(everything, lruCache),
    gzipped(everything, queueChunk, lruCache),
  ]);
  console.log(
    `core: ${kB(total)} of ${kB(budget)} minified and gzipped ` +
      `(ours ${kB(ours)}, p-queue & co ${kB(total - withoutQueue)}, lru-cache ${kB(total - withoutCache)})`,
  );
  console.log(`  when used: ${listed(later)}`);
  if (total > budget) fail(`The core is ${kB(total - budget)} above its budget`);
}

/** What an entry adds to an application that has the core, and what that loads when it is used. */
async function printEntries() {
  const core = await bundle(everything);
  const known = core.later.map(({ name }) => name);
  for (const entry of furtherEntries) {
    const { later } = await bundle(everything + all(entry));
    const added = (await gzipped(everything + all(entry))) - (await gzipped(everything));
    const more = later.filter(({ name }) => !known.includes(name));
    console.log(
      `.${entry}: adds ${kB(added)} to the core` + `${more.length > 0 ? `; when used: ${listed(more)}` : ''}`,
    );
  }
}

/** They are as heavy as much of the core: whoever signs nothing loads none of them. Each is a chunk of its own. */
async function checkCryptography() {
  const packages = ['jose', 'dpop'];
  const isTheirs = (file) => /-[\w-]{8}\.js$/.test(file) && packages.includes(nameOf(file));
  const found = new Set();
  for (const entry of ['', '/presets', ...furtherEntries]) {
    const { atOnce, later } = await bundle(all(entry));
    for (const file of atOnce.files.filter(isTheirs)) fail(`axios-client-credentials${entry} loads ${file} at once`);
    later.forEach(({ name }) => found.add(name));
  }
  for (const known of ['jose', 'dpop']) {
    if (!found.has(known)) fail(`Nothing loads a chunk ${known}: is this check still right?`);
  }
}

/** One preset stands for all: they are descriptions of about the same length. */
async function checkPreset() {
  const [alone, core, both, described, withAll, every] = await Promise.all(
    [auth0, attach, attach + auth0, attach + describe, attach + describe + auth0, everyPreset].map((imports) =>
      gzipped(imports),
    ),
  );
  const added = both - core;
  console.log(
    `auth0: ${kB(alone)} of ${kB(presetBudget.alone)} alone, adds ${kB(added)} of ${kB(presetBudget.besideCore)} to attachToken ` +
      `and ${kB(withAll - described)} where clientCredentials is there already (all presets: ${kB(every)})`,
  );
  if (alone > presetBudget.alone) fail(`auth0 alone is ${kB(alone - presetBudget.alone)} above its budget`);
  if (added > presetBudget.besideCore) {
    fail(`auth0 beside attachToken is ${kB(added - presetBudget.besideCore)} above its budget`);
  }
}

/** What tells the presets apart, their functions and the hosts that they name, must not be in the bundle of another. */
async function checkTreeShaking() {
  const [every, core, ...shaken] = await Promise.all(
    [everyPreset, everything, auth0, attach + auth0].map((imports) => bundle(imports, { minify: false })),
  );
  const names = Object.keys(await import(new URL('../dist/presets.js', import.meta.url)));
  const marks = [...names.map((name) => `function ${name}(`), ...hostsIn(every.text)];
  for (const known of ['function auth0(', 'function keycloak(', '.myshopify.com', 'api.weixin.qq.com']) {
    if (!marks.includes(known) || !every.text.includes(known))
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
await printEntries();
await checkCryptography();
await checkPreset();
await checkTreeShaking();
