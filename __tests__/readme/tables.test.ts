import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import axios from 'axios';
import { EVENT_NAMES } from '../../lib/events.js';
import * as ours from '../../lib/index.js';
import * as clientAuth from '../../lib/client-auth/index.js';
import * as presets from '../../lib/presets/index.js';
import * as opentelemetry from '../../lib/opentelemetry/index.js';
import * as redis from '../../lib/redis/index.js';
import * as testing from '../../lib/testing/index.js';
import { faultOf } from '../support/config-fault.js';
import { attach } from '../support/world.js';
import { compile, type Compiled } from './compile.js';
import { FLEET, nameIn, readDocument, root } from './markdown.js';

const readme = readDocument('README.md');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  engines: { node: string };
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};
const instance = () => axios.create({ baseURL: 'https://api.example.com' });
const credentials = { tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientSecret: 'shhh' };

const first = (rows: Record<string, string>[], column: string): string[] => rows.map((row) => nameIn(row[column]));
const sorted = (names: Iterable<string>): string[] => [...names].sort();

let types: Compiled;
beforeAll(() => {
  types = compile([]);
}, 60_000);

test.each([
  ['### `attachToken(', 'option', 'AttachTokenOptions'],
  ['### `clientCredentials(', 'option', 'ClientCredentialsOptions'],
  ['`request`:', 'option', 'RequestDialect'],
  ['`response`:', 'option', 'ResponseDialect'],
  ['### Per-request `token`', 'field', 'TokenParams'],
  ['## The handle', 'member', 'TokenHandle'],
])('the table below %s has every name of the type, and no other', (heading, column, type) => {
  expect(sorted(first(readme.table(heading), column))).toEqual(sorted(types.members(type)));
});

test('a source as an object is described with every member', () => {
  const [, list] = /may also be an object: `\{ ([^}]+) \}`/.exec(readme.text)!;
  expect(sorted(list!.split(', '))).toEqual(sorted(types.members('TokenSource')));
});

test('inside a cell, too, the names are those of the types', () => {
  const namesIn = (below: string, option: string): string[] => {
    const row = readme.table(below).find((one) => nameIn(one.option) === option);
    return sorted([...row!.type!.matchAll(/(\w+)\?/g)].map(([, name]) => name!));
  };
  expect(namesIn('### `attachToken(', 'tokenRequests')).toEqual(sorted(types.members('TokenRequestLimits')));
  expect(namesIn('`request`:', 'names')).toEqual(sorted(types.members('ParameterNames')));
});

const options = (below: string): string[] => first(readme.table(below), 'option');

test.each(options('### `attachToken('))('attachToken takes %s', (name) => {
  attach(instance(), async () => ({ accessToken: 'token' }), { [name]: undefined });
});

test.each(options('### `clientCredentials('))('clientCredentials takes %s', (name) => {
  expect(() => ours.clientCredentials({ [name]: undefined, ...credentials })).not.toThrow();
});

test.each([
  ...options('`request`:').map((name) => ['request', name]),
  ...options('`response`:').map((name) => ['response', name]),
])('clientCredentials takes %s.%s', (group, name) => {
  expect(() => ours.clientCredentials({ ...credentials, [group]: { [name]: undefined } })).not.toThrow();
});

test('the options that belong to the token side are refused beside a handle, and no others', () => {
  const [, list] = /options of the token side \(([^)]+)\)/.exec(readme.text)!;
  const listed = [...list!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  const given: Record<string, unknown> = {
    allowedOrigins: ['https://api.example.com'],
    allowInsecureHttp: false,
    retryRejected: true,
    refreshAheadMs: 1000,
    tokenTimeoutMs: 1000,
    tokenRequests: {},
    tokenParams: () => undefined,
    maxKeys: 10,
    http: {},
    clock: {},
    random: () => 0,
    revokeReplaced: false,
    store: testing.memoryStore(),
    stepUp: true,
    keepWarm: true,
  };
  expect(sorted(Object.keys(given))).toEqual(sorted(options('### `attachToken(')));
  const shared = attach(instance(), async () => ({ accessToken: 'token' }));
  const refused = Object.keys(given).filter((name) => {
    try {
      attach(instance(), shared, { [name]: given[name] });
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_TOKEN_CONFIG', option: name });
      return true;
    }
  });
  expect(sorted(refused)).toEqual(sorted(listed));
});

test('the table of errors has every code, with the class that carries it', () => {
  const rows = readme.table('## Errors');
  expect(sorted(first(rows, 'code'))).toEqual(sorted(types.texts('TokenErrorCode')));
  const classes = ours as unknown as Record<string, new (message: string, details: object) => ours.TokenError>;
  for (const row of rows) {
    const [code, name] = [nameIn(row.code), nameIn(row.class)];
    expect(Object.keys(ours)).toContain(name);
    const details = name === 'TokenError' ? { code } : { status: 400 };
    expect([name, new classes[name]!('', details).code]).toEqual([name, code]);
  }
});

test('the table of events has every event', () => {
  expect(sorted(first(readme.table('## Events'), 'event'))).toEqual(sorted(EVENT_NAMES));
});

test('the table of redisStore has every option', () => {
  const client = { evalSha: async () => undefined, eval: async () => undefined, isOpen: true } as never;
  const named = first(readDocument(FLEET).table('## Set it up'), 'option of `redisStore`');
  const fault = faultOf(() => redis.redisStore(client, { nope: 1 } as never));
  expect(sorted(/Known: (.+)\.$/.exec(fault.message)![1]!.split(', '))).toEqual(sorted(named));
});

test('the table of operations has every one that a store has', () => {
  const named = first(readDocument(FLEET).table('## A store of your own'), 'operation');
  const operations = Object.entries(testing.memoryStore()).filter(([, value]) => typeof value === 'function');
  expect(sorted(named)).toEqual(sorted(operations.map(([name]) => name)));
});

test('every function, preset and server that can be imported is mentioned', () => {
  const exported = [ours, clientAuth, opentelemetry, presets, redis, testing].flatMap((entry) => Object.keys(entry));
  expect(exported.filter((name) => !readme.text.includes(`\`${name}`) && !readme.text.includes(`${name}(`))).toEqual(
    [],
  );
});

test('the dependencies and the supported versions are those of package.json', () => {
  const rows = readme.table('## Size and dependencies');
  const named = (how: RegExp): string[] =>
    first(
      rows.filter(({ how: cell }) => how.test(cell!)),
      'dependency',
    );
  expect(named(/^peer/)).toEqual(Object.keys(manifest.peerDependencies));
  expect(named(/^dependency/)).toEqual(Object.keys(manifest.dependencies));
  expect(rows.find(({ dependency }) => dependency === '`axios`')!.how).toContain(
    `\`${manifest.peerDependencies.axios!}\``,
  );
  const [, node] = /^>=(\d+\.\d+)\.0$/.exec(manifest.engines.node)!;
  expect(readme.text).toContain(`Node ${node} or later`);
});

describe('the map in CONTRIBUTING.md', () => {
  const { text } = readDocument('CONTRIBUTING.md');
  const named = new Set([...text.matchAll(/`((?:lib|bench|__tests__|scripts)\/[^`\s]*)`/g)].map(([, path]) => path!));

  test('names only what exists', () => {
    expect([...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names every file of the core', () => {
    const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter(
        (file) =>
          file.endsWith('.ts') && !/^(presets|testing|client-auth|dpop|grants|redis|opentelemetry|cli)\//.test(file),
      )
      .map((file) => `lib/${file}`);
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });
});
