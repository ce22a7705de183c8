import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../readme/markdown.js';

// The command line as a program of its own, in processes of its own.

export interface Built {
  /** The script, for `node`. */
  script: string;
  folder: string;
  start(argv: readonly string[], options?: Starting): Running;
  remove(): void;
}

export interface Starting {
  env?: Record<string, string>;
  /** Runs in place of node itself; gets the command behind its own arguments. */
  through?: (command: readonly string[]) => [string, ...string[]];
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  stdout: string;
  stderr: string;
  /** Resolves when its output (both streams in one) has this in it. */
  says(text: string): Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Builds it once. Packages stay outside, where the folder's parents have them. */
export async function buildCli(): Promise<Built> {
  const parent = join(root, 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'cli-'));
  await build({
    entryPoints: { cli: join(root, 'lib/cli/main.ts') },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: join(folder, 'dist'),
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '1.2.3', type: 'module' }));
  const script = join(folder, 'dist/cli.js');
  const children: Running['child'][] = [];
  return {
    script,
    folder,
    start: (argv, { env = {}, through } = {}) => {
      const command = [script, ...argv];
      const [program, ...all] = through?.([process.execPath, ...command]) ?? [process.execPath, ...command];
      const { PATH = '' } = process.env;
      const child = spawn(program, all, { env: { PATH, ...env } });
      children.push(child);
      return watch(child);
    },
    remove: () => {
      for (const child of children) child.kill('SIGKILL'); // none is left, unless a test has failed
      rmSync(folder, { recursive: true });
    },
  };
}

function watch(child: ChildProcessWithoutNullStreams): Running {
  const running: Running = {
    child,
    stdout: '',
    stderr: '',
    says: (text) =>
      new Promise((said) => {
        const look = (): void => {
          if (!(running.stdout + running.stderr).includes(text)) return;
          child.stdout.off('data', look);
          child.stderr.off('data', look);
          said();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        look();
      }),
    ended: new Promise((resolve) => {
      child.on('close', (code, signal) => {
        resolve({ code, signal });
      });
    }),
  };
  child.stdout.on('data', (part: Buffer) => (running.stdout += String(part)));
  child.stderr.on('data', (part: Buffer) => (running.stderr += String(part)));
  return running;
}
