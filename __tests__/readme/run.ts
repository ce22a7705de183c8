import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import axios from 'axios';
import * as dpop from '../../lib/dpop/index.js';
import * as grants from '../../lib/grants/index.js';
import * as ours from '../../lib/index.js';
import * as opentelemetry from '../../lib/opentelemetry/index.js';
import * as presets from '../../lib/presets/index.js';
import * as redis from '../../lib/redis/index.js';
import type { ApiRequest } from '../../lib/testing/index.js';
import { attach, protectedApi, tokenServer } from '../support/world.js';
import { toCommonJs } from './compile.js';
import type { Block } from './markdown.js';

const requireReal = createRequire(__filename);

/** What has run: the lines it printed, and the servers that stood behind the addresses in it. */
export interface Run {
  printed: string;
  tokenRequests: number;
  apiRequests: readonly ApiRequest[];
}

/**
 * Runs a block with local servers in place of `auth.example.com` and the other hosts of `example.com`, and a secret in the file
 * and in the environment variable that it names. Handles and servers, the block's own too, are closed after the test.
 */
export async function run(block: Block): Promise<Run> {
  const server = await tokenServer({ path: '/oauth2/token' });
  const upstreams = await Promise.all([0, 1, 2].map(() => protectedApi({ accepts: server })));
  const directory = mkdtempSync(join(tmpdir(), 'readme-'));
  const secretFile = join(directory, 'client-secret');
  writeFileSync(secretFile, `${server.clientSecret}\n`);

  const { tokenUrl, clientId, clientSecret } = server;
  const credentials = { tokenUrl, clientId, clientSecret };
  const hosts: string[] = [];
  const local = (host: string): string => {
    if (!hosts.includes(host)) hosts.push(host);
    return upstreams[hosts.indexOf(host)]!.url;
  };
  const code = block.code
    .replaceAll('https://auth.example.com/oauth2/token', tokenUrl)
    .replace(/https:\/\/\w+\.example\.com/g, local)
    .replaceAll("'my-service'", `'${clientId}'`)
    .replaceAll('/run/secrets/client-secret', secretFile);

  const packages: Record<string, unknown> = {
    axios: { __esModule: true, default: axios },
    'axios-client-credentials': { ...ours, attachToken: attach },
    'axios-client-credentials/dpop': dpop,
    'axios-client-credentials/grants': grants,
    'axios-client-credentials/opentelemetry': opentelemetry,
    'axios-client-credentials/presets': presets,
    'axios-client-credentials/redis': redis,
    'axios-client-credentials/testing': { startTokenServer: tokenServer, startProtectedApi: protectedApi },
  };
  const api = axios.create({ baseURL: local('https://api.example.com') });
  const source = ours.clientCredentials(credentials);
  const attachesItself = /attachToken\(\s*api\b/.test(code);
  const given: Record<string, unknown> = {
    process: { env: { CLIENT_SECRET: clientSecret } },
    axios,
    attachToken: attach,
    clientCredentials: ours.clientCredentials,
    api,
    source,
    credentials,
    auth: attachesItself ? undefined : attach(api, source),
  };
  try {
    const printed = await execute(code, given, packages);
    return {
      printed: printed.replaceAll(tokenUrl, 'https://auth.example.com/oauth2/token'),
      tokenRequests: server.stats().requests,
      apiRequests: upstreams.flatMap(({ requests }) => requests),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs code with these names in reach and these packages to import. What it printed. */
export async function execute(
  code: string,
  given: Record<string, unknown>,
  packages: Record<string, unknown>,
): Promise<string> {
  const lines: string[] = [];
  const print = (...values: unknown[]): void => void lines.push(format(...values));
  const names: Record<string, unknown> = {
    require: (name: string): unknown => packages[name] ?? requireReal(name),
    exports: {},
    console: { log: print, error: print },
    ...given,
  };
  // A function in a function: a block may declare the names that it is given.
  const body = `return (async () => {\n${toCommonJs(code)}\n})();`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running the text of the documents is what this is for
  const main = new Function(...Object.keys(names), body) as (...values: unknown[]) => Promise<void>;
  await main(...Object.values(names));
  return lines.join('\n');
}
