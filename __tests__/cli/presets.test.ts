import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { presetList as listed } from '../../lib/cli/preset-list.js';
import * as presets from '../../lib/presets/index.js';
import { providers } from '../presets/providers.js';
import { root } from '../readme/markdown.js';
import { cli } from './cli.js';
import { presetList } from './preset-list.js';

test('the list is what the presets and their conformance table make of it (`npm run providers` writes it)', () => {
  const folder = join(root, 'lib/presets');
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const written = readFileSync(join(root, 'lib/cli/preset-list.ts'), 'utf8').split('\n');
  const expected = presetList(providers, sources).split('\n');
  const stale = expected.filter((line) => !written.includes(line)).map((line) => line.slice(0, 60));
  expect({ stale, lines: written.length }).toEqual({ stale: [], lines: expected.length });
});

test('the list has every preset that is exported, once', () => {
  expect(listed.map(({ name }) => name).sort()).toEqual(Object.keys(presets).sort());
});

test('options that the list calls required are those without which a preset refuses to be made', () => {
  for (const { name, options } of listed) {
    const make = presets[name as keyof typeof presets] as (all: object) => unknown;
    for (const { name: option } of options.filter(({ isRequired, kind }) => isRequired && kind !== 'json')) {
      const others = options
        .filter((one) => one.isRequired && one.name !== option)
        .map((one) => [one.name, 'https://x.example']);
      const made = (): unknown => make({ clientId: 'a', clientSecret: 'b', ...Object.fromEntries(others) });
      expect(made).toThrow();
    }
  }
});

test('without a query: a line for each', async () => {
  const { code, stdout, stderr } = await cli('presets');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [head, ...lines] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^PRESET +PROVIDER +NEEDS$/);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(listed.map(({ name }) => name));
  expect(stdout).toMatch(/^auth0 +Auth0 +--client-id --set domain=…$/m);
  expect(stdout).toMatch(/^googleServiceAccount .* --set-file credentials=FILE --scope$/m);
  expect(stdout).toMatch(/^ibmCloud +\S.* --set-env apikey=VARIABLE$/m);
});

test.each([
  ['auth0', ['auth0']],
  ['AUTH0', ['auth0']],
  ['entra id', ['entraId', 'entraIdV1']],
  ['marketing cloud', ['salesforceMarketingCloud']],
  ['wechat', ['wechat', 'wechatStableToken']],
  ['twitter', ['xAppOnly']], // by its description
])('`presets %s` tells of %j in full', async (query, names) => {
  const { code, stdout } = await cli(['presets', ...query.split(' ')]);
  expect(code).toBe(0);
  const pages = stdout.trimEnd().split('\n\n');
  expect(pages.map((page) => page.split(' ')[0])).toEqual(names);
  for (const page of pages) {
    const { about, docs, options } = listed.find(({ name }) => page.startsWith(`${name} `))!;
    for (const text of [about, docs, ...options.map((option) => option.about)]) expect(page).toContain(text);
  }
});

test('many that fit are a line each, as all are', async () => {
  const { stdout } = await cli('presets a');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.length).toBeLessThan(listed.length);
  expect(stdout).toMatch(/^PRESET /);
});

test.each([
  ['kecloak', 'Did you mean `keycloak`?'],
  ['salesfroce', 'Did you mean `salesforce`?'],
  ['something-else-entirely', 'any other endpoint can be described by options'],
])('`presets %s`: exit code 2, and where to look', async (query, words) => {
  expect(await cli(`presets ${query}`)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
});

test('--json is all that is known, for programs', async () => {
  const { stdout } = await cli('presets okta --json');
  expect(JSON.parse(stdout)).toEqual(listed.filter(({ name }) => name === 'okta'));
});
