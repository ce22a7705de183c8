import { makeProject, pack, removeTemporary, startTokenServer } from './consumer.js';

let tarball: string;
let server: Awaited<ReturnType<typeof startTokenServer>>;

beforeAll(async () => {
  tarball = pack();
  server = await startTokenServer();
}, 30_000);
afterAll(async () => {
  await server.close();
  removeTemporary();
});

const attach = `
  const api = axios.create({ baseURL: 'http://127.0.0.1:1' });
  const source = clientCredentials({ tokenUrl: process.env.TOKEN_URL, clientId: 'me', clientSecret: 'secret' });
  const auth = attachToken(api, source);
`;
const getToken = `auth.getToken().then((token) => console.log(token.accessToken));`;

test('an ES module imports it', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.mjs': `
      import axios from 'axios';
      import { attachToken, clientCredentials } from 'axios-client-credentials';
      import * as presets from 'axios-client-credentials/presets';
      import * as testing from 'axios-client-credentials/testing';
      if (Object.keys(presets).length === 0 || Object.keys(testing).length === 0) throw new Error('empty entry');
      ${attach} ${getToken}`,
  });
  expect(await project.node(['main.mjs'], { TOKEN_URL: server.url })).toMatch(/^token-\d+\n$/);
});

test('a CommonJS script requires it', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.cjs': `
      const axios = require('axios');
      const { attachToken, clientCredentials } = require('axios-client-credentials');
      const presets = require('axios-client-credentials/presets');
      const testing = require('axios-client-credentials/testing');
      if (Object.keys(presets).length === 0 || Object.keys(testing).length === 0) throw new Error('empty entry');
      ${attach} ${getToken}`,
  });
  expect(await project.node(['main.cjs'], { TOKEN_URL: server.url })).toMatch(/^token-\d+\n$/);
});

test('a token request that waits for its turn in the bundled queue does not keep the process alive', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.mjs': `
      import { readdirSync } from 'node:fs';
      const dist = new URL('node_modules/axios-client-credentials/dist/', import.meta.url);
      const chunk = readdirSync(dist).find((name) => /^p-queue.*\\.js$/.test(name));
      const PQueue = Object.values(await import(new URL(chunk, dist))).find(({ name }) => name === 'PQueue');
      const queue = new PQueue({ interval: 60_000, intervalCap: 1 });
      for (let i = 0; i < 2; i++) void queue.add(() => console.log('task'));`,
  });
  expect(await project.node(['main.mjs'])).toBe('task\n');
});

test('a plain Jest project requires it and gets tokens under its own fake timers', async () => {
  const twentyTokens = (options: string): string => `
    const auth = attachToken(axios.create({ baseURL: 'http://127.0.0.1:1' }), source, ${options});
    const tokens = [];
    for (let i = 0; i < 20; i++) tokens.push((await auth.refresh()).accessToken);
    expect(new Set(tokens).size).toBe(20);
    await auth.close();`;
  const project = makeProject(tarball, ['axios', 'jest'], {
    'package.json': '{ "private": true }',
    'tokens.test.js': `
      const axios = require('axios');
      const { attachToken, clientCredentials } = require('axios-client-credentials');

      jest.useFakeTimers();
      const source = clientCredentials({ tokenUrl: process.env.TOKEN_URL, clientId: 'me', clientSecret: 'secret' });

      test('without a rate', async () => {${twentyTokens('{}')}});
      test('with a rate', async () => {${twentyTokens('{ tokenRequests: { intervalMs: 20, maxPerInterval: 5 } }')}});`,
  });
  await project.node(['node_modules/jest/bin/jest.js', '--no-cache'], { TOKEN_URL: server.url });
}, 30_000);
