import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, type Reply } from './resp.js';

/** Also `valkey-server`, by the environment. */
const binary = process.env.REDIS_SERVER ?? 'redis-server';

let found: boolean | undefined;

function hasRedis(): boolean {
  found ??= spawnSync(binary, ['--version']).status === 0;
  return found;
}

/** `describe` where there is a redis-server; elsewhere the tests are skipped, and a message says why. */
export function describeRedis(name: string, define: () => void): void {
  if (hasRedis()) describe(name, define);
  else {
    // Jest shows nothing that a file with skipped tests alone says to the console.
    process.stderr.write(`Skipped, for there is no ${binary} here: ${name}. On Debian: apt-get install redis-server\n`);
    describe.skip(name, define);
  }
}

export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:…` */
  readonly url: string;
  /** One command on a connection of its own. Rejects with the error that Redis answers. */
  command(...parts: (string | number | Buffer)[]): Promise<Reply>;
  /**
   * How often each command has run since the start or the last `CONFIG RESETSTAT`, by its name in small letters. What a script
   * calls is counted beside the script: the round trips are `evalsha` and `eval`.
   */
  commandStats(): Promise<Record<string, number>>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** On the same port, empty. Kills it first if it runs. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  /** SIGCONT */
  resume(): void;
  /** Ends it, and removes what it has left. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** More of the command line: `['--maxmemory', '2mb']`. */
  args?: string[];
  /** Its first argument, where it wants a file of settings. It gets the folder for what the server writes. */
  file?: (folder: string) => string;
  /** Whether a port will do. */
  suits?: (port: number) => Promise<boolean>;
}

/** A redis-server of this test's own on 127.0.0.1, which keeps nothing on disk. Resolves when it answers. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  let port = 0;
  let child: ChildProcess | undefined;
  for (let attempt = 0; !child; attempt++) {
    port = await freePort(options.suits);
    child = await start(port, folder, options);
    if (!child && attempt === 9) throw new Error(`${binary} does not start`);
  }

  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || ended(running)) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  };
  const command = async (...parts: (string | number | Buffer)[]): Promise<Reply> => {
    const reply = await ask(port, ...parts);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    command,
    commandStats: async () =>
      Object.fromEntries(
        [...String(await command('INFO', 'commandstats')).matchAll(/^cmdstat_(.+?):calls=(\d+)/gm)].map((match) => [
          match[1]!,
          Number(match[2]),
        ]),
      ),
    kill,
    restart: async () => {
      await kill();
      for (let attempt = 0; !child; attempt++) {
        child = await start(port, folder, options);
        if (!child && attempt === 9) throw new Error(`${binary} does not start again on port ${port}`);
      }
    },
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `undefined`: it ended, most likely for the port was taken. */
async function start(port: number, folder: string, options: RedisServerOptions): Promise<ChildProcess | undefined> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const file = options.file ? [options.file(folder)] : [];
  const child = spawn(binary, [...file, ...settings, ...(options.args ?? [])], { stdio: 'ignore' });
  child.on('error', () => {}); // it has not been started: seen below
  while (!ended(child)) {
    const answer = await ask(port, 'INFO', 'server').catch(() => undefined);
    // Another process may have the port: what answers must be this one.
    if (String(answer).includes(`process_id:${child.pid}\r\n`)) return child;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return undefined;
}

const ended = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;

/**
 * Below the ports that a system gives to outgoing connections (32 768 on Linux): a client that tries again and again to reach a
 * server that was killed would otherwise take the server's port for itself one day, and be connected to itself.
 */
async function freePort(suits: (port: number) => Promise<boolean> = async () => true): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(port)) && (await suits(port))) return port;
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
