import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenServer } from '../support/world.js';
import { type Around, cli } from './cli.js';

// A secret comes by environment, by file or by hand, never as an argument; and whatever goes wrong, no output repeats it.

const SECRET = 'c0rrect/horse+battery=staple';

const folder = mkdtempSync(join(tmpdir(), 'cli-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test.each([
  [['token', '--client-secret', SECRET], 'CLIENT_SECRET'],
  [['token', `--client-secret=${SECRET}`], 'CLIENT_SECRET'],
  [['token', `--client_secret=${SECRET}`], 'CLIENT_SECRET'],
  [['token', '--clientSecret', SECRET], 'CLIENT_SECRET'],
  [['token', '--secret', SECRET], 'CLIENT_SECRET'],
  [['token', '-secret', SECRET], 'CLIENT_SECRET'],
  [['token', `--client-secret ${SECRET}`], 'CLIENT_SECRET'],
  [['token', '-s', SECRET], 'CLIENT_SECRET'],
  [['token', `-s${SECRET}`], 'CLIENT_SECRET'],
  [['token', `-s=${SECRET}`], 'CLIENT_SECRET'],
  [['token', `-ume:${SECRET}`], 'CLIENT_SECRET'],
  [['token', '--user', `me:${SECRET}`], 'CLIENT_SECRET'],
  [['token', '--api-key', SECRET], 'CLIENT_SECRET'],
  [['token', `-x${SECRET}`], "Unknown option '-x'"],
  [['token', '--client-auth', `basic:${SECRET}`], '`--client-auth` must be one of post, basic,'],
  [['token', '--param', `client_secret = ${SECRET}`], 'CLIENT_SECRET'],
  [
    ['token', '--token-url', `https://auth.example.com/token?corpsecret=${encodeURIComponent(SECRET)}`],
    'CLIENT_SECRET',
  ],
  [['detect', 'https://a.example/t', `--password=${SECRET}`], 'CLIENT_SECRET'],
  [['token', '--param', `client_secret=${SECRET}`], 'CLIENT_SECRET'],
  [['token', `--param=client_secret=${SECRET}`], 'CLIENT_SECRET'],
  [['token', '--set', `clientSecret=${SECRET}`], 'CLIENT_SECRET'],
  [['token', '--param', `refresh_token=${SECRET}`], '`--param-env refresh_token=VARIABLE`'],
  [['token', '--preset', 'ibmCloud', '--set', `apikey=${SECRET}`], '`--set-env apikey=VARIABLE`'],
  [
    ['token', '--preset', 'azureAppService', '--set', `identityHeader=${SECRET}`],
    '`--set-env identityHeader=VARIABLE`',
  ],
  [['token', '--token-url', `https://me:${encodeURIComponent(SECRET)}@auth.example.com/token`], 'credentials'],
  [['token', `--token-url=https://${encodeURIComponent(SECRET)}@auth.example.com/token`], 'credentials'],
  [['detect', `https://me:${encodeURIComponent(SECRET)}@auth.example.com/token`], 'credentials'],
  [['check', '--url', `https://me:${encodeURIComponent(SECRET)}@api.example.com/`], 'credentials'],
  [
    ['token', '--token-url', `https://auth.example.com/token?client_secret=${encodeURIComponent(SECRET)}`],
    'CLIENT_SECRET',
  ],
])('refused as an argument, with what to do instead, and not repeated: %j', async (argv, words) => {
  const { code, stdout, stderr } = await cli(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(words);
  expectNoSecret(stderr);
});

test.each([
  ['client_assertion_type=urn:x', false],
  ['token_use=access', false],
  ['audience=a=b', false],
  ['account_id=1', false],
  ['assertion=x', true],
  ['api_key=x', true],
])('of parameters, only one that is named like a secret is refused: %s', async (pair, isRefused) => {
  const { stderr } = await cli(['token', '--param', pair]);
  expect(stderr.includes('would hold a secret')).toBe(isRefused);
});

describe('a secret is taken', () => {
  const ways: [string, string[], Around][] = [
    ['from CLIENT_SECRET', [], { env: { CLIENT_SECRET: SECRET } }],
    [
      'from a variable that is named',
      ['--client-secret-env', 'OTHER'],
      { env: { OTHER: SECRET, CLIENT_SECRET: 'no' } },
    ],
    ['from a file, without its line end', ['--client-secret-file', file('secret', `${SECRET}\n`)], {}],
    [
      'from a file of an editor that puts a mark before it',
      ['--client-secret-file', file('marked', `\ufeff${SECRET}`)],
      {},
    ],
    ['from the standard input', ['--client-secret-file', '-'], { stdin: `${SECRET}\r\n` }],
    ['from a person at a terminal', [], { terminal: ['stdin', 'stderr'], types: SECRET }],
    [
      'through a pipe that ends in another program, from a person',
      [],
      { terminal: ['stdin', 'stderr'], types: SECRET },
    ],
  ];

  test.each(ways)('%s', async (_way, options, around) => {
    const server = await tokenServer({ clients: [{ clientId: 'me', clientSecret: SECRET }] });
    const { code, stdout, stderr } = await cli(
      ['token', '--token-url', server.tokenUrl, '--client-id', 'me', ...options],
      around,
    );
    expect(code).toBe(0);
    expect(server.isActive(stdout.trimEnd())).toBe(true);
    expectNoSecret(stderr);
  });
});

test.each<[string, string[], Around, string]>([
  ['no terminal to ask at', [], {}, 'no terminal to ask for it'],
  ['only stdin is a terminal', [], { terminal: ['stdin'] }, 'no terminal to ask for it'],
  ['CLIENT_SECRET is empty', [], { env: { CLIENT_SECRET: '' } }, 'variable CLIENT_SECRET is empty'],
  ['CLIENT_SECRET ends with half a line end', [], { env: { CLIENT_SECRET: `${SECRET}\r` } }, 'ends with a line break'],
  [
    'a variable is not set',
    ['--client-secret-env', 'MY_SECRET'],
    {},
    'variable MY_SECRET that `--client-secret-env` names is not set',
  ],
  [
    'a variable is empty',
    ['--client-secret-env', 'MY_SECRET'],
    { env: { MY_SECRET: ' ' } },
    'variable MY_SECRET is empty',
  ],
  ['the secret stands for the variable', ['--client-secret-env', SECRET], {}, 'not the secret'],
  ['the secret stands for the file', ['--client-secret-file', SECRET], {}, 'cannot be read: there is none'],
  ['a folder stands for the file', ['--client-secret-file', folder], {}, 'cannot be read: it is a folder'],
  [
    'the file is UTF-16',
    ['--client-secret-file', file('utf16', Buffer.from(`\ufeff${SECRET}`, 'utf16le'))],
    {},
    'no text in UTF-8',
  ],
  ['the file is endless', ['--client-secret-file', '/dev/zero'], {}, 'more than 1 MiB'],
  ['the standard input is the terminal', ['--client-secret-file', '-'], { terminal: ['stdin'] }, 'would be seen'],
  ['the file is empty', ['--client-secret-file', file('empty', '\n')], {}, 'is empty'],
  [
    'the person types nothing',
    [],
    { terminal: ['stdin', 'stderr'], types: '', env: { NO_COLOR: '1' } },
    'The client secret is empty',
  ],
  ['a parameter is not set', ['--param-env', `x=${SECRET}`], {}, 'that `--param-env` names is not set'],
  ['two ways at once', ['--client-secret-env', 'A', '--client-secret-file', 'b'], {}, 'cannot be used with'],
])('without a secret nothing is sent: %s', async (_title, options, around, words) => {
  const { code, stdout, stderr } = await cli(
    ['token', '--token-url', 'https://auth.example.com/token', '--client-id', 'me', ...options],
    around,
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(words);
  expectNoSecret(stderr);
});

test.each([
  ['token --preset auth0 --client-id a', '`--set domain=…` is missing'],
  ['token --token-url https://auth.example.com/token', 'Say who asks'],
  [
    'token --token-url https://auth.example.com/token --client-id a --method GET --format json',
    'a GET request has none',
  ],
  ['detect https://auth.example.com/token', 'Say who asks'],
  ['check --token-url https://auth.example.com/token --client-id a', 'Say what to call'],
])('nobody is asked for a secret as long as something else is wrong: %s', async (command, words) => {
  const { code, stderr, asked } = await cli(command, { terminal: ['stdin', 'stderr'], types: SECRET });
  expect({ code, asked }).toEqual({ code: 2, asked: [] });
  expect(stderr).toContain(words);
});

test.each(['', ' --debug'])('a source file that throws the secret: it is not repeated%s', async (debug) => {
  const fails = async (): Promise<never> => {
    throw new Error(`who knows ${SECRET}, or ${encodeURIComponent(SECRET)}?`, { cause: new Error(btoa(SECRET)) });
  };
  const { code, stderr } = await cli(`token --source ${file('fails.mjs', '')}${debug}`, {
    env: { CLIENT_SECRET: SECRET },
    modules: { 'fails.mjs': { default: fails } },
  });
  expect(code).toBe(5);
  expect(stderr).toContain('The function of the source file failed: Error: who knows [redacted], or [redacted]?');
  expect(/^\s+at /m.test(stderr)).toBe(debug !== '');
  expectNoSecret(stderr);
});

test('an endpoint that repeats what it got, and a parameter out of the environment: neither is shown', async () => {
  const server = await tokenServer();
  server.fail({
    status: 400,
    error: 'invalid_client',
    errorDescription: `unknown: ${SECRET} and passphrase-of-the-parameter`,
  });
  const { code, stderr } = await cli(
    ['token', '--token-url', server.tokenUrl, '--client-id', 'me', '--param-env', 'otp=OTP', '--debug'],
    {
      env: { CLIENT_SECRET: SECRET, OTP: 'passphrase-of-the-parameter' },
    },
  );
  expect(server.requests[0]?.parameters).toMatchObject({ otp: 'passphrase-of-the-parameter', client_secret: SECRET });
  expect(code).toBe(3);
  expect(stderr).toContain('invalid_client "unknown: [redacted] and [redacted]"');
  expect(stderr).toMatch(/^\s+at /m);
  expectNoSecret(stderr);
  expect(stderr).not.toContain('passphrase-of-the-parameter');
});

test('an answer that repeats the secret, signs that JSON escapes included: `--json` does not show it', async () => {
  const secret = 'quo"ted\\hush';
  const server = await tokenServer({
    clients: [{ clientId: 'me', clientSecret: secret }],
    answer: (_request, token) => ({ ...token, echo: [secret, { [secret]: `<${secret}>` }] }),
  });
  const { code, stdout } = await cli(`token --token-url ${server.tokenUrl} --client-id me --json`, {
    env: { CLIENT_SECRET: secret },
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ answer: { echo: ['[redacted]', { '[redacted]': '<[redacted]>' }] } });
  expect(stdout).not.toContain('hush');
});

function expectNoSecret(text: string): void {
  for (const form of [SECRET, encodeURIComponent(SECRET), btoa(SECRET)]) expect(text).not.toContain(form);
}
