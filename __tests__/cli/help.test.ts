import type { Command } from 'commander';
import { exits } from '../../lib/cli/exit.js';
import { programFor } from '../../lib/cli/program.js';
import { Terminal } from '../../lib/cli/terminal.js';
import { readDocument } from '../readme/markdown.js';
import { cli, ioOf } from './cli.js';

const io = ioOf();
const program = programFor(io, new Terminal(io));
const commands = program.commands.map((command): [string, Command] => [command.name(), command]);

test('the commands are those of the documentation', async () => {
  expect(commands.map(([name]) => name)).toEqual(['token', 'detect', 'check', 'presets']);
  const { code, stdout, stderr } = await cli('--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const [name, command] of commands) expect(stdout).toMatch(new RegExp(`^  ${name} .*${command.summary()}$`, 'm'));
});

test.each(commands)('the help of `%s` says all: options, examples, variables, exit codes', async (name, command) => {
  const { code, stdout, stderr } = await cli([name, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await cli(['help', name])).stdout).toBe(stdout);
  for (const { flags, description } of command.options) {
    expect(stdout).toContain(flags);
    expect(description).not.toBe('');
  }
  const variables = stdout.slice(stdout.indexOf('Environment variables:'), stdout.indexOf('Exit codes:'));
  for (const variable of [
    'CLIENT_ID',
    'CLIENT_SECRET',
    'NODE_EXTRA_CA_CERTS',
    'HTTPS_PROXY',
    'NO_COLOR',
    'FORCE_COLOR',
  ])
    expect(variables).toContain(variable);
  for (const [exit, meaning] of Object.values(exits))
    expect(stdout).toContain(`  ${String(exit).padEnd(3)}  ${meaning}\n`);
  expect(stdout).toMatch(/\nExamples?:\n {2}\$ /);
});

test('the examples of the help use options that there are', () => {
  for (const [, command] of commands) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const example = help.slice(help.indexOf('Example'), help.indexOf('The client secret is never'));
    const used = example.match(/--[a-z-]+/g) ?? [];
    const known = command.options.map(({ long }) => long);
    expect(used.filter((flag) => !known.includes(flag))).toEqual([]);
  }
});

test('exit codes are distinct, and stand in the documentation with their meaning', () => {
  const codes = Object.values(exits).map(([code]) => code);
  expect(new Set<number>(codes).size).toBe(codes.length);
  const rows = readDocument('docs/command-line.md').table('## Exit codes');
  expect(rows.map(({ code, meaning }) => [code, meaning])).toEqual(
    Object.values(exits).map(([code, meaning]) => [`\`${code}\``, meaning.replace(/(--\w+)/, '`$1`')]),
  );
});

test('every option of every command stands in the documentation', () => {
  const { text } = readDocument('docs/command-line.md');
  const flags = new Set(commands.flatMap(([, { options }]) => options.map(({ long }) => long!)));
  expect([...flags].filter((flag) => !text.includes(`\`${flag}`))).toEqual([]);
  const named = new Set([...text.matchAll(/`(--[a-z-]+)/g)].map(([, flag]) => flag!));
  expect(
    [...named].filter((flag) => !flags.has(flag) && !['--help', '--version', '--client-secret'].includes(flag)),
  ).toEqual([]);
});

test('--version is that of the package', async () => {
  expect(await cli('--version')).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '' });
});

test('without a command: the help, on stderr, and the exit code of a wrong command line', async () => {
  const { code, stdout, stderr } = await cli([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('Commands:\n  token');
});

test.each([
  ['tokn', "Unknown command 'tokn'. Did you mean token?"],
  ['precets', "Unknown command 'precets'. Did you mean presets?"],
  ['token --scop read', "Unknown option '--scop'. Did you mean --scope?"],
  ['token --scop=read', "Unknown option '--scop'. Did you mean --scope?"],
  ['check --client-ids a', "Unknown option '--client-ids'. Did you mean --client-id?"],
  ['token --client-auth', "Option '--client-auth <method>' argument missing."],
  ['token --client-auth digest', '`--client-auth` must be one of post, basic, basic-raw, none.'],
  ['token --json yes', "Too many arguments for 'token'. Expected 0 arguments but got 1."],
  ['check --client-id a', 'Say what to call: `--url`'],
  ['check --ulr https://api.example.com', 'Did you mean --url?'],
  ['detect', "Missing required argument 'token-url'."],
  ['token --token-url https://a.example --issuer https://a.example', "cannot be used with option '--issuer <url>'."],
  ['token', 'Say where tokens come from'],
  ['token --token-url auth.example.com/token', '`--token-url` must be a whole http(s) URL'],
  ['token --token-url ftp://auth.example.com/token', '`--token-url` must be a whole http(s) URL'],
  ['check --url //x', '`--url` must be a whole http(s) URL'],
  ['detect auth.example.com', '`token-url` must be a whole http(s) URL'],
  ['token --param audience', '`--param` must be written as name=value.'],
  ['token --param a=1 --param a=2', '`--param` names `a` twice.'],
  ['token --timeout soon', '`--timeout` must be a number of seconds'],
  ['token --set domain=a', 'say which, `--preset`'],
  ['token --preset atuh0', 'Did you mean `auth0`?'],
  ['token --preset auth0 --client-id a', '`--set domain=…` is missing.'],
  ['token --preset auth0 --set domian=a', 'Did you mean `domain`?'],
  ['token --preset ebay --client-id a --set sandbox=yes', '`--set sandbox=…` must be true or false.'],
  ['token --preset wso2 --set validityPeriod=long', '`--set validityPeriod=…` must be a number.'],
  ['presets nothing-of-that-name', 'No preset is for `nothing-of-that-name`.'],
  ['token --token-url https://auth.example.com/token', 'Say who asks: `--client-id`'],
  ['token --token-url http://auth.example.com/token --client-id a --client-auth none', 'give `--allow-insecure-http`'],
  ['detect http://auth.example.com/token --client-id a', 'give `--allow-insecure-http`'],
])('%s: exit code 2, and one paragraph', async (command, words) => {
  const { code, stdout, stderr } = await cli(command, { env: { CLIENT_SECRET: undefined } });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(words);
});

test.each([
  ['a pipe', {}, [], false],
  ['a terminal', {}, ['stdout', 'stderr'], true],
  ['a terminal, NO_COLOR=1', { NO_COLOR: '1' }, ['stdout', 'stderr'], false],
  ['a terminal that can do nothing', { TERM: 'dumb' }, ['stdout', 'stderr'], false],
  ['a pipe, FORCE_COLOR=1', { FORCE_COLOR: '1' }, [], true],
  ['a terminal, FORCE_COLOR=0', { FORCE_COLOR: '0' }, ['stdout', 'stderr'], false],
] as const)('%s has the colours it wants', async (_where, env, terminal, colored) => {
  const help = await cli('--help', { env, terminal });
  const error = await cli('tokn', { env, terminal });
  expect([help.stdout.includes('\u001b['), error.stderr.includes('\u001b[')]).toEqual([colored, colored]);
});

test('help for a command that there is not: the help of all, and exit code 2', async () => {
  const { code, stdout, stderr } = await cli('help tokn');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^Usage: [^]*\nerror: There is no such command\.\n$/);
});
