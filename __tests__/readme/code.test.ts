import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type Compiled } from './compile.js';
import { type Block, FLEET, GUIDE, isPlayed, readDocument, root } from './markdown.js';
import { run } from './run.js';

const documents = ['README.md', 'CONTRIBUTING.md', GUIDE, FLEET, 'docs/observability.md'].map(readDocument);
const blocks = documents.flatMap((document) => document.blocks);
const isCode = ({ language }: Block): boolean => language === 'ts' || language === 'js';
const code = blocks.filter(isCode);
const isRun = (block: Block): boolean => block.notRun === undefined && !isPlayed(block, blocks);
const titled = (some: Block[]): [string, Block][] => some.map((block) => [block.title, block]);

test('every block of code is in a language that is checked', () => {
  const isChecked = (block: Block): boolean =>
    isCode(block) || block.language === 'sh' || (block.language === 'http' && isPlayed(block, blocks));
  expect(blocks.filter((block) => !isChecked(block))).toEqual([]);
});

describe('a block of code type-checks', () => {
  let compiled: Compiled;
  beforeAll(() => {
    compiled = compile(code);
  }, 60_000);

  test.each(titled(code))('%s', (_title, block) => {
    expect(compiled.faults(block)).toEqual([]);
  });
});

describe('a block of code runs, and prints what is said', () => {
  test.each(titled(code.filter(isRun)))('%s', async (_title, block) => {
    const { printed } = await run(block);
    expect(printed).toBe(block.output ?? '');
  });
});

test('what is printed is shown for blocks that are run', () => {
  expect(code.filter((block) => !isRun(block) && block.output !== undefined)).toEqual([]);
});

test('the first screen shows a complete example: its ten requests cost one token call', async () => {
  const { blocks: own } = documents[0]!;
  const [install, usage, complete] = own;
  expect([install?.language, usage?.language, complete?.language]).toEqual(['sh', 'ts', 'js']);
  expect(complete?.output).toContain('10 requests, 1 token call\n');
  const { tokenRequests, apiRequests } = await run(usage!);
  expect(tokenRequests).toBe(1);
  expect(apiRequests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/things', expect.stringMatching(/^Bearer tok_/)],
  ]);
});

test('two instances that share a handle cost one token call', async () => {
  const shared = code.find((block) => block.code.includes('attachToken(billing,'));
  const { tokenRequests, apiRequests } = await run(shared!);
  expect({ tokenRequests, statuses: apiRequests.map(({ status }) => status) }).toEqual({
    tokenRequests: 1,
    statuses: [200, 200],
  });
});

describe('commands', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    scripts: Record<string, string>;
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional: boolean }>;
  };
  const isOptional = (name: string): boolean => manifest.peerDependenciesMeta[name]?.optional === true;
  const required = Object.keys(manifest.peerDependencies).filter((name) => !isOptional(name));
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ title, code: text }) => text.split(/\n|&&/).map((line): [string, string] => [title, line]))
    .map(([title, line]): [string, string] => [title, line.replace(/#.*/, '').trim()])
    .filter(([, line]) => line !== '');

  test.each(commands)('%s: %s can be typed', (_title, command) => {
    const script = /^npm (?:run ([\w:-]+)|(test)|(start))\b/.exec(command)?.slice(1).find(Boolean);
    if (script !== undefined) expect(Object.keys(manifest.scripts)).toContain(script);
    else if (command.startsWith('npm install ')) {
      const installed = command.split(' ').slice(2).sort();
      if (!installed.every(isOptional)) expect(installed).toEqual([manifest.name, ...required].sort());
    } else
      expect(command).toMatch(
        /^(npm ci|npx jest( [\w/.-]+)?|npx tsc --noEmit|git tag v\S+|npm publish|\.ci\/run|openssl (genpkey|pkey|req) .+)$/,
      );
  });
});
