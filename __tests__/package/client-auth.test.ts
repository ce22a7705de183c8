import { generateKeyPairSync } from 'node:crypto';
import { makeProject, pack, removeTemporary, startTokenServer, typeCheck } from './consumer.js';

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

const environment = (): Record<string, string> => ({
  TOKEN_URL: server.url,
  PRIVATE_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
});

const source = `
  const clientAuth = privateKeyJwt({ key: process.env.PRIVATE_KEY, algorithm: 'EdDSA' });
  const source = clientCredentials({ tokenUrl: process.env.TOKEN_URL, clientId: 'me', clientAuth });
  const auth = attachToken(axios.create({ baseURL: 'http://127.0.0.1:1' }), source);
`;
const print = `${source} auth.getToken().then((token) => console.log(token.accessToken));`;

test('an ES module imports the methods, and signs', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.mjs': `
      import axios from 'axios';
      import { attachToken, clientCredentials } from 'axios-client-credentials';
      import { privateKeyJwt } from 'axios-client-credentials/client-auth';
      ${print}`,
  });
  expect(await project.node(['main.mjs'], environment())).toMatch(/^token-\d+\n$/);
});

test('a CommonJS script requires them, and signs', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.cjs': `
      const axios = require('axios');
      const { attachToken, clientCredentials } = require('axios-client-credentials');
      const { privateKeyJwt } = require('axios-client-credentials/client-auth');
      ${print}`,
  });
  expect(await project.node(['main.cjs'], environment())).toMatch(/^token-\d+\n$/);
});

test('a plain Jest project requires them, and signs', async () => {
  const project = makeProject(tarball, ['axios', 'jest'], {
    'signs.test.js': `
      const axios = require('axios');
      const { attachToken, clientCredentials } = require('axios-client-credentials');
      const { privateKeyJwt } = require('axios-client-credentials/client-auth');
      test('a token', async () => {
        ${source}
        expect((await auth.getToken()).accessToken).toMatch(/^token-/);
        await auth.close();
      });`,
  });
  await project.node(['node_modules/jest/bin/jest.js', '--no-cache'], environment());
}, 30_000);

test('clientCredentials of the main entry knows the methods of this one: what they lack is seen at construction', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.mjs': `
      import { clientCredentials, isTokenError } from 'axios-client-credentials';
      import { mutualTls, privateKeyJwt } from 'axios-client-credentials/client-auth';
      const clientAuth = privateKeyJwt({ key: process.env.PRIVATE_KEY, algorithm: 'EdDSA' });
      const tokenUrl = process.env.TOKEN_URL;
      for (const wrong of [{ clientAuth }, { clientId: 'me', clientAuth: mutualTls }]) {
        try {
          clientCredentials({ tokenUrl, ...wrong });
        } catch (error) {
          console.log(isTokenError(error), error.option);
        }
      }`,
  });
  expect(await project.node(['main.mjs'], environment())).toBe('true clientId\ntrue clientAuth\n');
});

test('jose is loaded when something is signed, not before', async () => {
  const project = makeProject(tarball, ['axios'], {
    'main.cjs': `
      const axios = require('axios');
      const { attachToken, clientCredentials } = require('axios-client-credentials');
      const { privateKeyJwt } = require('axios-client-credentials/client-auth');
      const loaded = () => Object.keys(require.cache).some((file) => /[\\\\/]jose-[^\\\\/]*$/.test(file));
      ${source}
      const before = loaded();
      auth.getToken().then(() => console.log(before, loaded()));`,
  });
  expect(await project.node(['main.cjs'], environment())).toBe('false true\n');
});

const typed = `
import { mutualTls, privateKeyJwt } from 'axios-client-credentials/client-auth';
import type { PrivateKeyJwtOptions } from 'axios-client-credentials/client-auth';
import { clientCredentials } from 'axios-client-credentials';

declare const key: CryptoKey;
declare const jwk: JsonWebKey;
declare const unset: string | undefined;
const algorithm: PrivateKeyJwtOptions['algorithm'] = 'ES256';

export const methods = [
  privateKeyJwt({ key, algorithm, keyId: unset, audience: unset, certificate: unset }),
  privateKeyJwt({ key: jwk, algorithm }),
  privateKeyJwt({ key: unset, algorithm }),
  privateKeyJwt({ key: { kty: 'EC', crv: 'P-256', x: '', y: '', d: '', kid: 'key-1' }, algorithm }),
  privateKeyJwt({ key: async ({ tenant }) => (tenant === 'acme' ? key : unset), algorithm }),
  privateKeyJwt({ key: { sign: async (data) => data }, algorithm }),
  mutualTls({ cert: unset, key: new Uint8Array(), ca: () => [''], passphrase: unset }),
];
clientCredentials({ tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientAuth: methods[0] });
// @ts-expect-error it has no default
privateKeyJwt({ key });
// @ts-expect-error a secret is no private key
privateKeyJwt({ key, algorithm: 'HS256' });
`;

test.each([
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
