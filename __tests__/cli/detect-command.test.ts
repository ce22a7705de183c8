import { tokenServer } from '../support/world.js';
import { fakeServer } from '../support/fake-server.js';
import { cli } from './cli.js';

const env = { CLIENT_ID: 'test-client', CLIENT_SECRET: 'test-secret' };

test('`detect` says its tries and what it found on stderr, and prints the code to paste on stdout', async () => {
  const server = await tokenServer();
  const { code, stdout, stderr } = await cli(`detect ${server.tokenUrl} --scope read`, { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^import .*\n\n?[^]*clientCredentials\(\{\n[^]*\}\);\n$/);
  expect(stdout).toContain('process.env.CLIENT_SECRET');
  expect(stderr).toMatch(/^1\/6 /m);
  expect(server.requests.length).toBeLessThanOrEqual(6);
  expect(server.requests.every(({ parameters }) => parameters.scope === 'read')).toBe(true);
  expect(stdout + stderr).not.toMatch(/test-secret|tok_/);
});

test('`detect` with a wrong secret: exit code 3, and why it stopped', async () => {
  const server = await tokenServer();
  const { code, stdout, stderr } = await cli(`detect ${server.tokenUrl} --client-secret-env OTHER`, {
    env: { ...env, OTHER: 'wrong-secret' },
  });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^error: \S/);
  expect(stderr).not.toContain('wrong-secret');
});

test('`detect` where nobody listens: exit code 4', async () => {
  const server = await tokenServer();
  await server.close();
  expect(await cli(`detect ${server.tokenUrl}`, { env })).toMatchObject({ code: 4, stdout: '' });
});

test('Ctrl+C during `detect`: exit code 130', async () => {
  const server = await tokenServer();
  const hold = server.hold();
  const interruption = new AbortController();
  const running = cli(`detect ${server.tokenUrl}`, { env, signal: interruption.signal });
  await hold.arrived();
  interruption.abort();
  expect(await running).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringMatching(/error: Interrupted\.\n$/),
  });
});

test('a parameter out of the environment: the printed code reads the variable, whatever the parameter is called', async () => {
  const server = await tokenServer();
  const { code, stdout, stderr } = await cli(`detect ${server.tokenUrl} --param-env otp=MY_OTP --param plain=1`, {
    env: { ...env, MY_OTP: `hush"'\\hush` },
  });
  expect(code).toBe(0);
  expect(stdout).toContain("  params: {\n    plain: '1',\n    otp: process.env.MY_OTP,\n  },\n");
  expect(stdout + stderr).not.toContain('hush');
});

test.each([
  ['a word before it', { access_token: 'Bearer h0sh-h0sh' }],
  ['a line break in it', { access_token: 'h0sh\nh0sh' }],
  ['broken JSON around it', '{"access_token": "h0sh-h0sh'],
])('a token that is not recognised is not shown: %s', async (_title, body) => {
  const server = await fakeServer(() => ({ body }));
  const { code, stdout, stderr } = await cli(`detect ${server.url}/token`, { env });
  expect(code).toBe(5);
  expect(stderr).toContain('no token was recognised');
  expect(stdout + stderr).not.toContain('h0sh');
});
