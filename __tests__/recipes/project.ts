import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { type ProtectedApi, startProtectedApi, startTokenServer, type TokenServer } from '../../lib/testing/index.js';
import { readDocument, root } from '../readme/markdown.js';

/** The files of docs/recipes.md, by the name in the first line of each. */
export const recipes: Record<string, string> = Object.fromEntries(
  readDocument('docs/recipes.md').blocks.map(({ title, code }) => {
    const name = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    if (name === undefined) throw new Error(`${title}: the first line must name the file`);
    return [name, code];
  }),
);

const temporary: string[] = [];

/** A project of a user in a folder of its own, with the built package and everything that is installed here. */
export function makeProject(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'recipes-'));
  temporary.push(dir);
  mkdirSync(join(dir, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(dir, 'node_modules', name), 'junction');
  }
  symlinkSync(root, join(dir, 'node_modules/axios-client-credentials'), 'junction');
  const settings = { 'package.json': '{ "private": true, "type": "module" }' };
  for (const [name, text] of Object.entries({ ...settings, ...files })) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

export function removeProjects(): void {
  for (const dir of temporary.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** The recipes with local servers in place of the hosts of `example.com`. */
export function localized(server: { url: string }, upstream: { url: string }): Record<string, string> {
  const local = (code: string): string =>
    code.replaceAll('https://auth.example.com', server.url).replaceAll('https://api.example.com', upstream.url);
  return Object.fromEntries(Object.entries(recipes).map(([name, code]) => [name, local(code)]));
}

/** The same as Node runs them. */
function compiled(server: { url: string }, upstream: { url: string }): Record<string, string> {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    experimentalDecorators: true, // Nest's
  };
  const toScript = (code: string): string => ts.transpileModule(code, { compilerOptions }).outputText;
  const files = Object.entries(localized(server, upstream));
  return Object.fromEntries(files.map(([name, code]) => [name.replace(/\.ts$/, '.js'), toScript(code)]));
}

/** A process of a recipe, and what it has printed so far. */
export class Program {
  readonly #child: ChildProcess;
  #heard: () => void = () => undefined;
  readonly ended: Promise<number | NodeJS.Signals>;
  printed = '';

  constructor(dir: string, args: string[], env: Record<string, string> = {}) {
    const surroundings = { PATH: process.env.PATH, HOME: process.env.HOME, CLIENT_SECRET: SECRET, ...env };
    this.#child = spawn(process.execPath, args, { cwd: dir, env: surroundings, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text;
        this.#heard();
      });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        resolve(code ?? signal!);
      });
    });
    running.add(this);
    void this.ended.then(() => running.delete(this));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** All that it prints until it ends well. */
  async output(): Promise<string> {
    const code = await this.ended;
    if (code !== 0) throw new Error(`it ended with ${code}:\n${this.printed}`);
    return this.printed;
  }

  /** The first group of the first match in what it prints; fails when it ends without. */
  async says(pattern: RegExp): Promise<string> {
    let over = false;
    void this.ended.then(() => (over = true));
    for (;;) {
      const said = pattern.exec(this.printed);
      if (said) return said[1] ?? said[0];
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- changes in the callback above
      if (over) throw new Error(`it ended without saying ${pattern.source}:\n${this.printed}`);
      await Promise.race([this.ended, new Promise<void>((resolve) => (this.#heard = resolve))]);
    }
  }
}

export const SECRET = 'the-secret-of-the-recipes';
const running = new Set<Program>();

/** Ends what a test that failed has left behind. */
export async function endPrograms(): Promise<void> {
  for (const program of running) program.kill('SIGKILL');
  await Promise.all([...running].map(({ ended }) => ended));
}

/** A token server, an API that takes its tokens, and a project with all recipes on them. */
export interface Stage {
  server: TokenServer;
  upstream: ProtectedApi;
  dir: string;
}

const stages: Stage[] = [];

/** @param own further files of the project */
export async function startStage(own: Record<string, string> = {}): Promise<Stage> {
  const server = await startTokenServer({ clients: [{ clientId: 'my-service', clientSecret: SECRET }] });
  const upstream = await startProtectedApi({ accepts: server });
  const stage = { server, upstream, dir: makeProject({ ...compiled(server, upstream), ...own }) };
  stages.push(stage);
  return stage;
}

export async function endStages(): Promise<void> {
  await endPrograms();
  await Promise.all(stages.splice(0).flatMap(({ server, upstream }) => [server.close(), upstream.close()]));
  removeProjects();
}
