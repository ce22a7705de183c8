// Writes the table of providers into README.md, and the list of the command line, from the conformance table of the tests.
import { build } from 'esbuild';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const { outputFiles } = await build({
  stdin: {
    contents: `
      import { providers } from './__tests__/presets/providers.ts';
      import { providerTable } from './__tests__/presets/table.ts';
      import { presetList } from './__tests__/cli/preset-list.ts';
      export const table = providerTable(providers);
      export const list = (sources) => presetList(providers, sources);`,
    resolveDir: process.cwd(),
  },
  bundle: true,
  write: false,
  format: 'esm',
});
const { table, list } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const readme = readFileSync('README.md', 'utf8');
const section = /(<!-- providers -->\n)[^]*?(\n<!-- \/providers -->)/;
if (!section.test(readme)) throw new Error('README.md has no place for the table of providers.');
writeFileSync(
  'README.md',
  readme.replace(section, (_all, begin, end) => `${begin}\n${table}\n${end}`),
);

const sources = readdirSync('lib/presets').map((file) => readFileSync(`lib/presets/${file}`, 'utf8'));
writeFileSync('lib/cli/preset-list.ts', list(sources));
