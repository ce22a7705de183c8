import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument, root } from '../readme/markdown.js';
import { providers } from './providers.js';
import { providerTable } from './table.js';

test('the table of providers in the README is that of the conformance table (`npm run providers` writes it)', () => {
  const [, table] = /<!-- providers -->\n+([^]*?)\n+<!-- \/providers -->/.exec(readDocument('README.md').text)!;
  expect(table!.split('\n')).toEqual(providerTable(providers).split('\n'));
});

test('a provider whose facts are unverified says so in the documentation of its preset, and only such a one', () => {
  const words = { read: /\(read[;)]/, 'partly read': /\(partly read;/, unverified: /\(unverified\)/ };
  for (const { preset, facts, source } of providers) {
    const comment = documentationOf(preset);
    expect({ preset, source: comment.includes(source), facts: words[facts].test(comment) }).toEqual({
      preset,
      source: true,
      facts: true,
    });
  }
});

function documentationOf(preset: string): string {
  const files = readdirSync(join(root, 'lib/presets')).map((file) =>
    readFileSync(join(root, 'lib/presets', file), 'utf8'),
  );
  const [, comment] = files
    .map((text) => new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\nexport function ${preset}\\(`).exec(text))
    .find((match) => match !== null)!;
  return comment!.replace(/\n \* /g, ' ');
}
