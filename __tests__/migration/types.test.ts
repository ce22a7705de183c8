import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as clientAuth from '../../lib/client-auth/index.js';
import * as dpop from '../../lib/dpop/index.js';
import * as grants from '../../lib/grants/index.js';
import * as ours from '../../lib/index.js';
import { compile, type Compiled } from '../readme/compile.js';
import { type Block, root } from '../readme/markdown.js';
import { guide, sections, steps } from './sides.js';

// The code of docs/migrating.md type-checks, and "what was that option called here?" has answers that exist, on both sides.

const packages: Record<string, string[]> = {
  'From axios-auth-refresh 5': ['axios-auth-refresh/dist'],
  'From axios-oauth-client 2.2 and axios-token-interceptor 0.2': ['axios-oauth-client/dist', 'axios-token-interceptor'],
  'From simple-oauth2 5': ['simple-oauth2/lib', 'simple-oauth2/lib/client'],
  'From openid-client 6': ['openid-client/build'],
};

const untyped = '/// <reference path="../../migration/untyped.d.ts" />\n';
const rows = sections.flatMap(({ title }) => optionsOf(title));
const page = guide.blocks[0]!;
const blocks = [
  ...sections.flatMap(({ before, after }) => [before, after]),
  { ...page, title: 'the steps, one after the other', code: steps.map(({ code }) => code).join('\n') },
  { ...page, title: 'what is to replace an option', code: codeOf(rows.flatMap(({ mine }) => mine)) },
].map((block) => ({ ...block, code: untyped + block.code }));

describe('type-checks', () => {
  let compiled: Compiled;
  beforeAll(() => {
    compiled = compile(blocks);
  }, 60_000);

  test.each(blocks.map((block): [string, Block] => [block.title, block]))('%s', (_title, block) => {
    expect(compiled.faults(block)).toEqual([]);
  });
});

test('every block of code of the guide is one of a section, or a step', () => {
  const shown = [...sections.flatMap(({ before, after }) => [before, after]), ...steps];
  expect(guide.blocks.filter((block) => !shown.includes(block))).toEqual([]);
});

test.each(Object.entries(packages))('%s: what is to be replaced is there', (title, folders) => {
  const texts = folders.flatMap((folder) => {
    const path = join(root, 'node_modules', folder);
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /(\.js|\.[mc]?ts)$/.test(entry.name))
      .map(({ name }) => readFileSync(join(path, name), 'utf8'));
  });
  const named = rows.filter((row) => row.title === title).flatMap(({ theirs }) => theirs);
  const missing = named.filter((name) => !texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  expect({ missing, some: named.length > 4 }).toEqual({ missing: [], some: true });
});

/** The code in the two columns of a section's tables of options. */
function optionsOf(title: string): { title: string; theirs: string[]; mine: string[] }[] {
  const [text = ''] = guide.text.slice(guide.text.indexOf(`## ${title}`)).split(/^(?=## (?!From))/m);
  const own = text.slice(0, text.indexOf('\n## ', 1) + 1 || undefined);
  return [...own.matchAll(/^\| [^|]+ \| ours \|\n\|[-| ]+\|\n((?:\|.+\n)+)/gm)]
    .flatMap(([, table]) => table!.trim().split('\n'))
    .map((line) => line.split(' | '))
    .map(([theirs, mine]) => ({ title, theirs: codesIn(theirs), mine: codesIn(mine) }));
}

function codesIn(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** A program that holds only if every option, helper and call is there. */
function codeOf(all: string[]): string {
  const entries = { '': ours, '/client-auth': clientAuth, '/dpop': dpop, '/grants': grants };
  const helpers = new Map(
    Object.entries(entries).flatMap(([entry, exported]) =>
      Object.keys(exported).map((name) => [name, `axios-client-credentials${entry}`]),
    ),
  );
  const codes = [...new Set(all)].filter((code) => !/^['/]/.test(code)); // a value of theirs
  const isUsed = (name: string): boolean => codes.some((code) => new RegExp(`\\b${name}\\b`).test(code));
  const lines = codes.map((code) => {
    if (code.startsWith('axios-client-credentials/')) return `import '${code}';`;
    if (/^\w+: /.test(code)) return `take({ ${code} });`;
    if (/^\w+$/.test(code) && !helpers.has(code)) return `void ('${code}' satisfies keyof Options);`;
    return `void ${code};`;
  });
  return [
    `import type { AxiosRequestConfig } from 'axios';`,
    `import type * as types from 'axios-client-credentials';`,
    ...[...helpers].filter(([name]) => isUsed(name)).map(([name, from]) => `import { ${name} } from '${from}';`),
    `type Options = types.ClientCredentialsOptions & types.AttachTokenOptions & Pick<AxiosRequestConfig, 'token'>;`,
    `declare function take(options: Partial<Options>): void;`,
    ...lines,
  ].join('\n');
}
