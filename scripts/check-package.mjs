// What publint and attw cannot know of this package. Expects a fresh dist/.
import { build } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import ts from 'typescript';

const problems = [];
const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const installed = Object.keys({ ...dependencies, ...peerDependencies });

for (const entry of ['index', 'presets', 'client-auth', 'dpop', 'grants', 'opentelemetry', 'redis']) {
  await withoutStaticNodeImports(`dist/${entry}.js`);
  await withoutStaticNodeImports(`dist/${entry}.cjs`);
}
eachErrorExistsOnce();
typesNeedOnlyWhatIsInstalled();

problems.forEach((problem) => console.error(`✗ ${problem}`));
if (problems.length > 0) process.exit(1);
console.log('✓ no static node: import in the core, every error once, no foreign type in the declarations');

/** The core runs on edge workers too, where importing a module of Node is an error; looking one up at run time is not. */
async function withoutStaticNodeImports(file) {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    outdir: 'unused',
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    logLevel: 'silent',
  });
  const eager = ({ kind, path }) => kind !== 'dynamic-import' && isBuiltin(path);
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path } of imports.filter(eager)) problems.push(`${file} imports ${path} statically`);
  }
}

/** An error is known by its class, whichever entry it comes from: no chunk may hold another copy of what the core holds. */
function eachErrorExistsOnce() {
  for (const extension of ['.js', '.cjs']) {
    const files = readdirSync('dist').filter((name) => name.endsWith(extension));
    const holders = files.filter((name) => /\bclass TokenError\b/.test(readFileSync(`dist/${name}`, 'utf8')));
    if (holders.length !== 1)
      problems.push(`TokenError is in ${holders.length} of dist/*${extension}: ${holders.join(', ')}`);
  }
}

/** A type of a bundled package (p-queue) would be missing at the user's. */
function typesNeedOnlyWhatIsInstalled() {
  for (const file of readdirSync('dist').filter((name) => /\.d\.c?ts$/.test(name))) {
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(readFileSync(`dist/${file}`, 'utf8'));
    for (const { fileName } of [...importedFiles, ...typeReferenceDirectives]) {
      const known =
        fileName.startsWith('.') || installed.includes(fileName) || (file.startsWith('testing') && isBuiltin(fileName));
      if (!known) problems.push(`dist/${file} needs the types of ${fileName}`);
    }
  }
}
