import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const temporary: string[] = [];

/** Packs dist/ as it would be published. Answers the path of the tarball. */
export function pack(): string {
  if (newest('dist') < newest('lib')) throw new Error('dist/ is missing or older than lib/: run `npm run bundle`');
  const dir = makeTemporary();
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', dir], { cwd: root, stdio: 'ignore' });
  return join(dir, readdirSync(dir)[0]!);
}

export interface Project {
  /** Runs a script of Node in the project; rejects with all its output when it fails. */
  node(args: string[], env?: Record<string, string>): Promise<string>;
}

/**
 * A project of a user, with the tarball installed. Nothing comes from the network: `links` are taken from our own
 * node_modules, under another name where one is given.
 */
export function makeProject(
  tarball: string,
  links: string[] | Record<string, string>,
  files: Record<string, string>,
): Project {
  const dir = makeTemporary();
  const installed = join(dir, 'node_modules', 'axios-client-credentials');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components', '1', '-C', installed]);
  const named = Array.isArray(links) ? Object.fromEntries(links.map((name) => [name, name])) : links;
  for (const [name, from] of Object.entries({ 'lru-cache': 'lru-cache', ...named })) {
    const link = join(dir, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', from), link, 'junction');
  }
  // Its own, so that no package.json above the temporary folder has a say.
  writeFileSync(join(dir, 'package.json'), '{ "private": true }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return {
    node: (args, env = {}) =>
      new Promise((done, failed) => {
        const options = { cwd: dir, env: { ...process.env, ...env }, timeout: 30_000 };
        execFile(process.execPath, args, options, (error, stdout, stderr) => {
          if (error) failed(new Error(`node ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`));
          else done(stdout);
        });
      }),
  };
}

/** A token endpoint that counts: its tokens are token-1, token-2 and so on. */
export async function startTokenServer(): Promise<{ url: string; close(): Promise<void> }> {
  let issued = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 3600 }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

export function removeTemporary(): void {
  for (const dir of temporary.splice(0)) rmSync(dir, { recursive: true, force: true });
}

function makeTemporary(): string {
  const dir = mkdtempSync(join(tmpdir(), 'consumer-'));
  temporary.push(dir);
  return dir;
}

function newest(dir: string): number {
  const at = join(root, dir);
  const entries = statSync(at, { throwIfNoEntry: false }) ? readdirSync(at, { recursive: true, encoding: 'utf8' }) : [];
  return Math.max(0, ...entries.map((entry) => statSync(join(at, entry)).mtimeMs));
}

/** A user's TypeScript project without the types of Node: rejects with what the compiler finds. */
export async function typeCheck(tarball: string, file: string, code: string, compilerOptions: object): Promise<void> {
  const strict = { target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipDefaultLibCheck: true };
  const project = makeProject(tarball, ['axios', 'typescript'], {
    [file]: code,
    'package.json': '{ "private": true, "type": "module" }',
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...strict, noEmit: true, types: [], ...compilerOptions },
      files: [file],
    }),
  });
  await project.node(['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false']);
}
