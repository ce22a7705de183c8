import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fakeServer, granted } from '../support/fake-server.js';

// What keeps a process alive shows in a process only.

const endings = {
  'waits for close()': `await auth.close({ revoke: true, timeoutMs: 300 }); console.log('closed');`,
  'has all the time': `await auth.close({ revoke: true, timeoutMs: 600_000 }); console.log('closed');`,
  'does not wait': `void auth.close({ revoke: true });`,
  'does not close': `await auth.refresh();`,
};

const cases = Object.entries(endings).map(([name, text]) => `'${name}': async () => {${text}}`);

/** A service with one token, and how it ends. */
const service = `
  import axios from 'axios';
  import { attachToken, clientCredentials } from './lib/index.ts';
  const [url, ending] = process.argv.slice(2);
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const at = { tokenUrl: url + '/token', revocationUrl: url + '/revoke' };
  const source = clientCredentials({ ...at, clientId: 'me', clientSecret: 'secret' });
  const auth = attachToken(api, source, { revokeReplaced: true });
  for (const name of ['token:revoked', 'token:revoke-failed']) auth.on(name, ({ code }) => console.log([name, code].join(' ').trim()));
  process.on('exit', (code) => console.log('exit', code));
  const endings = {${cases.join()}};
  auth.getToken().then(endings[ending]);
`;
const bundle = `require('esbuild').buildSync({
  stdin: { contents: require('node:fs').readFileSync(0, 'utf8'), resolveDir: process.cwd(), loader: 'ts' },
  bundle: true, platform: 'node', format: 'cjs', outfile: process.argv[1],
});`;

const dir = mkdtempSync(join(tmpdir(), 'revoke-'));
const outfile = join(dir, 'service.cjs');
beforeAll(() => {
  execFileSync(process.execPath, ['-e', bundle, outfile], { cwd: resolve(__dirname, '../..'), input: service });
}, 60_000);
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** Runs it until it ends by itself; one that does not is killed, which fails. Answers what it said. */
function run(url: string, ending: keyof typeof endings): Promise<string[]> {
  return new Promise((done, failed) => {
    execFile(process.execPath, [outfile, url, ending], { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) failed(new Error(`${error.message}\n${stdout}${stderr}`));
      else done(stdout.trim().split('\n'));
    });
  });
}

/** Gives tokens; revocations hang, unless they are answered. */
function authority(revoking?: object) {
  let count = 0;
  return fakeServer(({ path }) => (path === '/token' ? { body: granted(`token-${++count}`) } : revoking));
}

test('a server that hangs: the process ends by itself when `timeoutMs` is over', async () => {
  const { url, requests } = await authority();
  expect(await run(url, 'waits for close()')).toEqual(['token:revoke-failed ERR_TOKEN_TIMEOUT', 'closed', 'exit 0']);
  expect(requests.map(({ path }) => path)).toEqual(['/token', '/revoke']);
});

test('nobody has to wait for close(): the token is revoked before the process ends', async () => {
  const { url, requests } = await authority({});
  expect(await run(url, 'does not wait')).toEqual(['token:revoked', 'exit 0']);
  expect(requests.map(({ path }) => path)).toEqual(['/token', '/revoke']);
});

test('a server that answers: the process does not wait for the rest of `timeoutMs`', async () => {
  const { url } = await authority({});
  expect(await run(url, 'has all the time')).toEqual(['token:revoked', 'closed', 'exit 0']);
});

test('a replaced token that waits for its revocation keeps no process alive', async () => {
  const { url, requests } = await authority();
  expect(await run(url, 'does not close')).toEqual(['exit 0']);
  expect(requests.map(({ path }) => path)).toEqual(['/token', '/token']);
});
