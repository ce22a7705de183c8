import { getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import { TokenNetworkError } from '../../lib/errors.js';
import { explain } from '../../lib/cli/explain.js';
import { run } from '../../lib/cli/run.js';
import type { Fault } from '../../lib/testing/index.js';
import { tokenServer } from '../support/world.js';
import { cli, ioOf, selfSigned } from './cli.js';

// What goes wrong between here and a token: one paragraph that says what to change, in the words of the command line.

const env = { CLIENT_ID: 'test-client', CLIENT_SECRET: 'test-secret' };

async function expectParagraph(command: string, code: number, words: readonly string[], around = {}): Promise<void> {
  const ran = await cli(command, { env, ...around });
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: '' });
  const [paragraph, ...more] = ran.stderr.split('\n').filter((line) => !/^(Asking|Attempt) /.test(line));
  expect(paragraph).toMatch(/^error: /);
  expect(more).toEqual(['']);
  for (const word of words) expect(paragraph).toContain(word);
  expect(ran.stderr).not.toMatch(/test-secret|wrong-secret|\bundefined\b|  +\S|^\s+at /m);
}

describe('the token endpoint refuses: exit code 3', () => {
  const wrong = { env: { CLIENT_ID: 'test-client', CLIENT_SECRET: 'wrong-secret' } };

  test.each([
    ['', ['401 invalid_client', 'Check `--client-id` and the client secret.', 'give `--client-auth basic`.']],
    [' --client-auth basic', ['`--client-auth basic-raw` or `basic`', '`--client-auth post`']],
    [' --preset auth0 --set domain=a.example --format form', ['give `--client-auth basic`.']],
  ])('a wrong secret%s', async (options, words) => {
    const server = await tokenServer();
    await expectParagraph(`token --token-url ${server.tokenUrl}${options}`, 3, words, wrong);
  });

  test.each<[string, Fault, string[]]>([
    ['invalid_scope', { status: 400, error: 'invalid_scope' }, ['Check `--scope`']],
    ['unsupported_grant_type', { status: 400, error: 'unsupported_grant_type' }, ['`--format`', '`--source`']],
    [
      'an unknown address',
      { status: 404, body: '<html>no</html>', contentType: 'text/html' },
      ['404', 'Check `--token-url`'],
    ],
    [
      'a redirect',
      { redirect: 'https://login.example.com/' },
      ['302', 'set `--token-url` (or `--issuer`) to the final address.'],
    ],
    ['too often', { status: 429, retryAfter: 90 }, ['429', 'Try again in 90 s.']],
    ['an outage', { status: 503 }, ['503', 'try again later']],
  ])('%s', async (_title, fault, words) => {
    const server = await tokenServer();
    server.fail(fault, Infinity);
    await expectParagraph(`token --token-url ${server.tokenUrl}`, 3, words);
  });
});

test.each<[string, Fault, string[]]>([
  ['a web page', 'html', ['A web page came, not a token: check `--token-url`']],
  ['broken JSON', 'malformed', ['is no valid JSON']],
  ['nothing', 'empty', ['the body is empty']],
  ['a token elsewhere', { status: 200, body: '{"data":{"token":"x"}}' }, ['the body has data', '`--token-path`']],
  ['text', { status: 200, body: 'eyJhbGciOi', contentType: 'text/plain' }, ['wholeBody()', '`--source`']],
])('%s comes in place of a token: exit code 5', async (_title, fault, words) => {
  const server = await tokenServer();
  server.fail(fault);
  await expectParagraph(`token --token-url ${server.tokenUrl}`, 5, words);
});

describe('the token endpoint cannot be reached: exit code 4', () => {
  test('nothing listens there', async () => {
    const server = await tokenServer();
    await server.close();
    await expectParagraph(`token --token-url ${server.tokenUrl}`, 4, [
      `Nothing listens at ${server.tokenUrl}`,
      'is the port right?',
    ]);
  });

  test('a certificate that its server has signed itself', async () => {
    const server = await selfSigned();
    await expectParagraph(`token --token-url ${server.url}/token`, 4, [
      'signed itself',
      '`NODE_EXTRA_CA_CERTS=ca.pem`',
      '`httpsAgent:',
    ]);
    server.close();
  });

  test('https, where http is spoken', async () => {
    const { url } = await tokenServer();
    await expectParagraph(`token --token-url ${url.replace('http:', 'https:')}/token`, 4, ['does not speak TLS']);
  });

  test('no answer in time', async () => {
    const server = await tokenServer();
    server.fail('hang');
    await expectParagraph(`token --token-url ${server.tokenUrl} --timeout 0.1`, 4, [
      'No token after 100 ms (`--timeout`',
      '`--timeout` allows more.',
    ]);
  });

  test('the connection breaks', async () => {
    const server = await tokenServer();
    server.fail('reset', Infinity);
    await expectParagraph(`token --token-url ${server.tokenUrl}`, 4, ['ended it without an answer'], {
      env: { ...env, HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' },
    });
  });

  test.each([
    ['ENOTFOUND', 'there is no host of that name'],
    ['EAI_AGAIN', 'the name server (DNS) does not answer'],
    ['EHOSTUNREACH', 'cannot be reached from here'],
    ['ETIMEDOUT', 'did not answer in time'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['CERT_NOT_YET_VALID', 'Is the clock here wrong?'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name'],
    ['CERT_UNTRUSTED', 'was not accepted'],
    ['ESOMETHING', 'No complete answer from https://auth.example.com/token: something.'],
  ])('%s, as Node calls it', (code, words) => {
    const cause = Object.assign(new Error('as axios has it'), {
      code: 'ERR_NETWORK',
      cause: Object.assign(new Error('deeper'), { code }),
    });
    const error = new TokenNetworkError('No complete answer from https://auth.example.com/token: something.', {
      cause,
    });
    const { exit, paragraph } = explain(error, { env: {} });
    expect(exit).toBe('unreachable');
    expect(paragraph).toContain(words);
    expect(explain(error, { env: { HTTPS_PROXY: 'http://me:hush@proxy:1' } }).paragraph).toBe(
      `${paragraph} The environment variable HTTPS_PROXY is set: a proxy stands between.`,
    );
  });
});

test('a mistake of the program itself says so, and how to report it: exit code 1', () => {
  const { exit, paragraph } = explain(new TypeError('x is not a function'), { env: {} });
  expect({ exit, paragraph }).toEqual({
    exit: 'unexpected',
    paragraph: expect.stringContaining('Run it again with `--debug`'),
  });
});

test('Ctrl+C during a token request ends it: exit code 130, nothing is left', async () => {
  const server = await tokenServer();
  const hold = server.hold();
  const interruption = new AbortController();
  const running = cli(`token --token-url ${server.tokenUrl}`, { env, signal: interruption.signal });
  await hold.arrived();
  interruption.abort();
  expect(await running).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringMatching(/\nerror: Interrupted\.\n$/),
  });
  expect(getEventListeners(interruption.signal, 'abort')).toEqual([]);
});

test('Ctrl+C while the standard input, or a source file that loads, is waited for: exit code 130', async () => {
  const waiting = Object.assign(new PassThrough(), { isTTY: false });
  const never = new Promise<never>(() => undefined);
  for (const [argv, around] of [
    [['--token-url', 'https://auth.example.com/token', '--client-secret-file', '-'], { stdin: waiting }],
    [['--source', __filename], { load: () => never }],
  ] as const) {
    const interruption = new AbortController();
    const ran = { code: NaN, stdout: '', stderr: '', output: '', asked: [] };
    const running = run(['token', ...argv], { ...ioOf({ env, signal: interruption.signal }, ran), ...around });
    await new Promise(setImmediate);
    interruption.abort();
    expect(await running).toBe(130);
    expect(ran).toMatchObject({ stdout: '', stderr: 'error: Interrupted.\n' });
  }
});
