// What publint and attw cannot know of this package. Expects a fresh dist/.
import { build } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import ts from 'typescript';

const problems = [];
const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const installed = Object.keys({ ...dependencies, ...peerDependencies });

for (const entry of ['index', 'presets', 'client-auth']) {
  await withoutStaticNodeImports(`dist/${entry}.js`);
  await withoutStaticNodeImports(`dist/${entry}.cjs`);
}
typesNeedOnlyWhatIsInstalled();

problems.forEach((problem) => console.error(`✗ ${problem}`));
if (problems.length > 0) process.exit(1);
console.log('✓ no static node: import in the core, no foreign type in the declarations');

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
