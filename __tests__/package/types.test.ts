import { makeProject, pack, type Project, removeTemporary } from './consumer.js';

let tarball: string;

beforeAll(() => {
  tarball = pack();
}, 30_000);
afterAll(removeTemporary);

/** What a user writes; `foreign` is the AxiosInstance of the other module system. */
const usage = `
declare const clientSecret: string | undefined;
declare const foreign: Foreign;

const api = axios.create({ baseURL: 'https://api.example.com' });
const source = clientCredentials({ tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientSecret });
export const auth: TokenHandle = attachToken(api, source);
attachToken(foreign, source);
attachToken(axios, source, { allowedOrigins: ['https://api.example.com'] });

export async function run(): Promise<string> {
  await using handle = attachToken(api, source);
  const token: Token = await handle.getToken({ scope: 'read' });
  return token.accessToken;
}

void api.get('/x', { token: false });
void axios.get('/x', { token: { scope: 'admin' } });
// @ts-expect-error a token is false or an object
void api.get('/x', { token: 5 });

export const preset = Object.keys(presets);
`;

const imports = `
import { attachToken, clientCredentials } from 'axios-client-credentials';
import type { Token, TokenHandle } from 'axios-client-credentials';
import * as presets from 'axios-client-credentials/presets';
`;

const foreignInstance = (mode: string): string =>
  `import type { AxiosInstance as Foreign } from 'axios' with { 'resolution-mode': '${mode}' };`;

const esm = `
import axios from 'axios';
${imports}
${foreignInstance('require')}
${usage}
void foreign.get('/x', { token: false });
// @ts-expect-error a token is false or an object
void foreign.get('/x', { token: 5 });
`;

const cjs = `
import axios = require('axios');
${imports}
${foreignInstance('import')}
${usage}`;

// Without conditions of its own, this resolution sees one module system only.
const legacy = `
import axios, { type AxiosInstance as Foreign } from 'axios';
${imports}
${usage}`;

// No types of Node are there: an edge worker has none.
const project = (compilerOptions: object, axios: string, files: Record<string, string>): Project =>
  makeProject(
    tarball,
    { axios, typescript: 'typescript' },
    {
      ...files,
      'package.json': '{ "private": true, "type": "module" }',
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          skipDefaultLibCheck: true, // the libraries of TypeScript itself
          noEmit: true,
          types: [],
          ...compilerOptions,
        },
        files: Object.keys(files),
      }),
    },
  );

const tsc = ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false'];

test.each([
  ['node16', 'an ES module', { module: 'node16' }, 'axios', { 'main.mts': esm }],
  ['node16', 'a CommonJS module', { module: 'node16' }, 'axios', { 'main.cts': cjs }],
  ['nodenext', 'an ES module', { module: 'nodenext' }, 'axios', { 'main.mts': esm }],
  ['nodenext', 'a CommonJS module', { module: 'nodenext' }, 'axios', { 'main.cts': cjs }],
  ['nodenext', 'an ES module, with the oldest axios', { module: 'nodenext' }, 'axios-1.5', { 'main.mts': esm }],
  ['bundler', 'an ES module', { module: 'esnext', moduleResolution: 'bundler' }, 'axios', { 'main.ts': esm }],
  [
    'node10',
    'a module',
    { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
    'axios',
    { 'main.ts': legacy },
  ],
])(
  'the types hold under %s in %s',
  async (_resolution, _module, compilerOptions, axios, files) => {
    await project(compilerOptions, axios, files).node(tsc);
  },
  30_000,
);

test.each(['main.mts', 'main.cts'])(
  'the testing entry has types in %s',
  async (file) => {
    const links = {
      axios: 'axios',
      typescript: 'typescript',
      '@types/node': '@types/node',
      'undici-types': 'undici-types',
    };
    const project = makeProject(tarball, links, {
      [file]: `import * as testing from 'axios-client-credentials/testing';\nexport const names = Object.keys(testing);`,
    });
    // The types of Node are slow to check, and not ours.
    await project.node([
      ...tsc.slice(0, 1),
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'node16',
      '--types',
      'node',
      file,
    ]);
  },
  30_000,
);
