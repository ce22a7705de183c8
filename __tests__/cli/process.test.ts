import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenServer } from '../support/world.js';
import { type Built, buildCli } from './built.js';

let built: Built;
beforeAll(async () => {
  built = await buildCli();
}, 30_000);
afterAll(() => {
  built.remove();
});

const client = { CLIENT_ID: 'test-client', CLIENT_SECRET: 'test-secret' };

test('a token through a pipe, with a source file that keeps the process busy: it ends by itself, without colours', async () => {
  const server = await tokenServer();
  const source = join(built.folder, 'source.mjs');
  writeFileSync(
    source,
    `setInterval(() => {}, 1000);
    export default async ({ http }) => {
      const parameters = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'test-client', client_secret: process.env.CLIENT_SECRET });
      const { data } = await http.post('${server.tokenUrl}', parameters);
      return { accessToken: data.access_token };
    };`,
  );
  const running = built.start(['token', '--source', source], { env: client });
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(server.isActive(running.stdout.trimEnd())).toBe(true);
  expect(running.stderr).toBe(`Asking ${server.tokenUrl} …\n`);
});

test('a wrong command: exit code 2; FORCE_COLOR paints also in a pipe', async () => {
  const running = built.start(['tokn'], { env: { FORCE_COLOR: '1' } });
  expect(await running.ended).toEqual({ code: 2, signal: null });
  expect(running).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('\u001b[31merror:\u001b[39m Unknown command'),
  });
});

test('Ctrl+C during a token request: exit code 130, one line', async () => {
  const server = await tokenServer();
  const hold = server.hold();
  const running = built.start(['token', '--token-url', server.tokenUrl], { env: client });
  await hold.arrived();
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual({ code: 130, signal: null });
  expect(running).toMatchObject({ stdout: '', stderr: `Asking ${server.tokenUrl} …\nerror: Interrupted.\n` });
});

test('an error outside of every call, such as in a timer of a source file: one paragraph, without trace and secret', async () => {
  const source = join(built.folder, 'timer.mjs');
  writeFileSync(
    source,
    `setTimeout(() => { throw new Error('boom ' + process.env.CLIENT_SECRET); });
    export default () => new Promise(() => {});`,
  );
  const running = built.start(['token', '--source', source], { env: client });
  expect(await running.ended).toEqual({ code: 1, signal: null });
  expect(running.stderr).toMatch(/^error: [^\n]*boom \[redacted\][^\n]*\n$/);
});

test('who reads may leave early: no crash', async () => {
  const running = built.start(['presets', '--json']);
  running.child.stdout.destroy();
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(running.stderr).toBe('');
});

// `script` of util-linux lends a terminal.
const hasTerminal = spawnSync('script', ['--version']).status === 0;
const atTerminal = hasTerminal ? test : test.skip;
if (!hasTerminal) console.warn('The prompt is not tried: there is no `script` of util-linux to lend a terminal.');

describe('at a terminal', () => {
  const result = (): string => join(built.folder, 'stdout');
  /** What the command writes to stdout goes into a file, as in `$(…)`; all else is on the terminal. */
  const through = (command: readonly string[]): [string, ...string[]] => {
    const quoted = [...command.map((part) => `'${part}'`), '>', result()].join(' ');
    return ['script', '-qec', quoted, '/dev/null'];
  };
  const env = { CLIENT_ID: 'test-client', TERM: 'xterm', NO_COLOR: '1' };

  atTerminal('the secret is asked for, and not shown, not even counted', async () => {
    const server = await tokenServer();
    const running = built.start(['token', '--token-url', server.tokenUrl], { env, through });
    await running.says('Client secret (not shown):');
    running.child.stdin.write('test-secret\r');
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(server.isActive(readFileSync(result(), 'utf8').trimEnd())).toBe(true);
    expect(running.stdout).not.toMatch(/test-secret|t-secret|\*{3}|toggle/);
    expect(server.requests).toMatchObject([{ parameters: { client_secret: 'test-secret' } }]);
  });

  atTerminal('Ctrl+C at the prompt: exit code 130, and nothing was sent', async () => {
    const server = await tokenServer();
    const running = built.start(['token', '--token-url', server.tokenUrl], { env, through });
    await running.says('Client secret (not shown):');
    running.child.stdin.write('\u0003');
    expect(await running.ended).toEqual({ code: 130, signal: null });
    expect(running.stdout).toMatch(/error: Interrupted\.\r\n/);
    expect(readFileSync(result(), 'utf8')).toBe('');
    expect(server.stats().requests).toBe(0);
  });
});
