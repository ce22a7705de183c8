import { tokenServer } from '../support/world.js';
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
