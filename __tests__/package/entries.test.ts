import { generateKeyPairSync } from 'node:crypto';
import { startAuthorizationServer } from './authorization-server.js';
import { makeProject, pack, removeTemporary, typeCheck } from './consumer.js';

let tarball: string;
let server: Awaited<ReturnType<typeof startAuthorizationServer>>;

beforeAll(async () => {
  tarball = pack();
  server = await startAuthorizationServer();
}, 30_000);
afterAll(async () => {
  await server.close();
  removeTemporary();
});

const environment = (): Record<string, string> => ({
  ORIGIN: server.origin,
  PRIVATE_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
});

const names = {
  '': ['attachToken', 'clientCredentials'],
  '/client-auth': ['privateKeyJwt'],
  '/dpop': ['dpop'],
  '/grants': ['jwtBearer', 'refreshToken', 'tokenExchange'],
  '/redis': ['redisStore'],
};
const list = (line: (names: string, entry: string) => string): string =>
  Object.entries(names)
    .map(([entry, each]) => line(`{ ${each.join(', ')} }`, `'axios-client-credentials${entry}'`))
    .join('\n');
const imports = list((each, entry) => `import ${each} from ${entry};`);
const requires = list((each, entry) => `const ${each} = require(${entry});`);

/** What a user writes to call an API once. */
const client = `
  const origin = process.env.ORIGIN;
  const known = { tokenUrl: origin + '/token', clientId: 'me' };
  const client = { ...known, clientSecret: 'secret' };
  const signed = { key: process.env.PRIVATE_KEY, algorithm: 'EdDSA' };
  const answerTo = async (source, path = '/who', options = {}) => {
    const api = axios.create({ baseURL: origin });
    const auth = attachToken(api, source, options);
    const { data } = await api.get(path);
    await auth.close();
    return data;
  };
`;

/** Everything beyond the core, in use. */
const everything = `
  ${client}
  const afterRevocation = async () => {
    const auth = attachToken(axios.create({ baseURL: origin }), clientCredentials({ ...client, revocationUrl: origin + '/revoke' }));
    const { accessToken } = await auth.getToken();
    const status = async () => {
      const settings = { headers: { Authorization: 'Bearer ' + accessToken }, validateStatus: null };
      return (await axios.get(origin + '/who', settings)).status;
    };
    const before = await status();
    await auth.close({ revoke: true });
    return [before, await status()];
  };
  const renewed = async () => {
    const saved = [];
    const save = async (token) => void saved.push(token);
    const { grant } = await answerTo(refreshToken({ ...client, refreshToken: 'first', save }));
    return [grant, saved.length];
  };
  const useEverything = async () => ({
    clientAuth: (await answerTo(clientCredentials({ ...known, clientAuth: privateKeyJwt(signed) }))).grant,
    dpop: (await answerTo(clientCredentials({ ...client, dpop: dpop() }))).scheme,
    discovery: (await answerTo(clientCredentials({ issuer: origin, clientId: 'me', clientSecret: 'secret' }))).grant,
    exchange: (await answerTo(tokenExchange({ ...client, subjectToken: 'a user' }))).grant,
    bearer: (await answerTo(jwtBearer({ ...known, assertion: signed }))).grant,
    renewed: await renewed(),
    stepUp: (await answerTo(clientCredentials(client), '/admin', { stepUp: true })).scope,
    afterRevocation: await afterRevocation(),
  });
`;
const used = {
  clientAuth: 'client_credentials',
  dpop: 'DPoP',
  discovery: 'client_credentials',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  renewed: ['refresh_token', 1],
  stepUp: 'admin',
  afterRevocation: [200, 401],
};
const print = 'useEverything().then((result) => console.log(JSON.stringify(result)));';

test('an ES module uses everything', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.mjs': `import axios from 'axios';\n${imports}\n${everything}\n${print}`,
  });
  expect(JSON.parse(await project.node(['main.mjs'], environment()))).toEqual(used);
});

test('a CommonJS script uses everything', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.cjs': `const axios = require('axios');\n${requires}\n${everything}\n${print}`,
  });
  expect(JSON.parse(await project.node(['main.cjs'], environment()))).toEqual(used);
});

test('a plain Jest project uses everything', async () => {
  const project = makeProject(tarball, ['axios', 'jest'], {
    'everything.test.js': `
      const axios = require('axios');
      ${requires}
      ${everything}
      test('everything', async () => {
        expect(await useEverything()).toEqual(${JSON.stringify(used)});
      });`,
  });
  await project.node(['node_modules/jest/bin/jest.js', '--no-cache'], environment());
}, 30_000);

test('what signs is loaded when something is signed: not with the core, not with the entries', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.cjs': `
      const axios = require('axios');
      ${requires}
      ${client}
      const { basename } = require('node:path');
      const chunk = /^(jose|dpop)-[^.]+\\.cjs$/;
      const loaded = () => Object.keys(require.cache).map((file) => chunk.exec(basename(file))?.[1]).filter(Boolean).sort();
      (async () => {
        const bound = clientCredentials({ ...client, dpop: dpop() });
        const granted = jwtBearer({ ...known, assertion: signed });
        await answerTo(clientCredentials(client));
        const steps = [loaded()];
        await answerTo(bound);
        steps.push(loaded());
        await answerTo(granted);
        steps.push(loaded());
        console.log(JSON.stringify(steps));
      })();`,
  });
  const steps: unknown = JSON.parse(await project.node(['main.cjs'], environment()));
  expect(steps).toEqual([[], ['dpop'], ['dpop', 'jose']]);
});

test('an ES module needs no file of what it does not use', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.mjs': `
      import { readdirSync, rmSync } from 'node:fs';
      const dist = new URL('node_modules/axios-client-credentials/dist/', import.meta.url);
      const lazy = /^(jose|dpop|discovery|revocations?|step-up|drain|source-fault)-[^.]+\\.js$/;
      const removed = readdirSync(dist).filter((name) => lazy.test(name));
      for (const name of removed) rmSync(new URL(name, dist));

      const { default: axios } = await import('axios');
      const { attachToken, clientCredentials } = await import('axios-client-credentials');
      const { dpop } = await import('axios-client-credentials/dpop');
      ${client}
      console.log(JSON.stringify({
        removed: new Set(removed.map((name) => lazy.exec(name)[1])).size,
        plain: (await answerTo(clientCredentials(client))).scheme,
        dpop: await answerTo(clientCredentials({ ...client, dpop: dpop() })).catch((error) => String(error.cause?.code)),
        discovery: await answerTo(clientCredentials({ issuer: origin, clientId: 'me', clientSecret: 'secret' }))
          .catch((error) => String(error.cause?.code)),
      }));`,
  });
  const outcome: unknown = JSON.parse(await project.node(['main.mjs'], environment()));
  const missing = 'ERR_MODULE_NOT_FOUND';
  expect(outcome).toEqual({ removed: 8, plain: 'Bearer', dpop: missing, discovery: missing });
});

const typed = `
import { attachToken, clientCredentials } from 'axios-client-credentials';
import type { AxiosLike, TokenBinding, TokenSource, TokenStore } from 'axios-client-credentials';
import { dpop } from 'axios-client-credentials/dpop';
import type { DpopAlgorithm, DpopKey, DpopOptions } from 'axios-client-credentials/dpop';
import { jwtBearer, refreshToken, tokenExchange } from 'axios-client-credentials/grants';
import type { SaveRefreshToken, TokenType } from 'axios-client-credentials/grants';
import { redisStore } from 'axios-client-credentials/redis';
import type { IoredisClient, NodeRedisClient, NodeRedisSubscriber, RedisStoreOptions } from 'axios-client-credentials/redis';

declare const api: AxiosLike;
declare const keyPair: CryptoKeyPair;
declare const key: CryptoKey;
declare const jwk: JsonWebKey;
declare const unset: string | undefined;
declare const save: SaveRefreshToken;
const algorithm: DpopAlgorithm = 'ES256';
const options: DpopOptions = { key: async (): Promise<DpopKey> => keyPair, algorithm };
const type: TokenType = 'id_token';

const bindings: TokenBinding[] = [dpop(), dpop(options), dpop({ key: keyPair, algorithm: undefined }), dpop({ key: jwk })];
const client = { tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientSecret: unset };
const sources: TokenSource[] = [
  clientCredentials({ ...client, dpop: bindings[0] }),
  clientCredentials({ issuer: 'https://auth.example.com', clientId: 'me', clientSecret: unset, revocationUrl: unset }),
  tokenExchange({ ...client, subjectToken: unset, subjectTokenType: type, dpop: dpop() }),
  tokenExchange({ ...client, subjectToken: ({ subjectToken }) => subjectToken }),
  jwtBearer({ ...client, assertion: ({ subjectToken }) => subjectToken }),
  jwtBearer({ ...client, assertion: { key, algorithm: 'RS256', subject: 'a user' } }),
  refreshToken({ ...client, refreshToken: async ({ tenant }) => tenant, save }),
  refreshToken({ ...client, refreshToken: 'first', save: false }),
];
export const handles = sources.map((source) => attachToken(api, source, { stepUp: ['insufficient_scope'] }));
void handles[0]?.getToken({ subjectToken: 'a user', extraScope: ['admin'] });
void handles[0]?.close({ revoke: true, timeoutMs: 1000 });
declare const nodeRedis: NodeRedisClient & NodeRedisSubscriber;
declare const ioredis: IoredisClient;
const shared: RedisStoreOptions = { prefix: unset, encryptionKeys: [{ id: 'a', key: new Uint8Array(32) }], subscriber: nodeRedis };
export const stores: TokenStore[] = [redisStore(nodeRedis), redisStore(ioredis, shared)];
void handles.concat(attachToken(api, sources[0], { store: stores[0] }));
// @ts-expect-error an address is no client
redisStore('redis://localhost');
// @ts-expect-error there is no proof by a secret
dpop({ algorithm: 'HS256' });
// @ts-expect-error where a new refresh token goes has to be said
refreshToken({ ...client, refreshToken: 'first' });
// @ts-expect-error what entitles to a token has to be said
jwtBearer(client);
// @ts-expect-error what dpop() returns, not dpop itself
clientCredentials({ ...client, dpop });
`;

test.each([
  ['node16', 'main.mts', { module: 'node16' }],
  ['node16', 'main.cts', { module: 'node16' }],
  ['nodenext', 'main.mts', { module: 'nodenext' }],
  ['nodenext', 'main.cts', { module: 'nodenext' }],
  ['bundler', 'main.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ['node10', 'main.ts', { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' }],
])(
  'the types hold under %s in %s, without those of Node',
  async (_resolution, file, compilerOptions) => {
    await typeCheck(tarball, file, typed, compilerOptions);
  },
  30_000,
);
