import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Also `valkey-server`, by the environment. */
const binary = process.env.REDIS_SERVER ?? 'redis-server';

export const hasRedis = () => spawnSync(binary, ['--version']).status === 0;

/** A server of our own on 127.0.0.1, which keeps nothing on disk. */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const port = await freePort();
    const settings = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
    const child = spawn(binary, settings.map(String), { stdio: 'ignore' });
    const gone = once(child, 'exit');
    if (await answers(child, port)) {
      return {
        url: `redis://127.0.0.1:${port}`,
        port,
        commands: () => commandsOf(port),
        async stop() {
          child.kill('SIGKILL');
          await gone;
          rmSync(folder, { recursive: true, force: true });
        },
      };
    }
    await gone; // somebody else has taken the port meanwhile
  }
  throw new Error(`${binary} does not start`);
}

/** Another server may have the port: what answers must be this one. */
async function answers(child, port) {
  while (child.exitCode === null) {
    const text = await info(port, 'server').catch(() => '');
    if (text.includes(`process_id:${child.pid}\r\n`)) return true;
    await sleep(5);
  }
  return false;
}

/** Below the ports that Linux gives to outgoing connections: one of ours could otherwise take it before the server does. */
async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) return new Promise((resolve) => server.close(() => resolve(port)));
  }
}

async function info(port, section) {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write(`INFO ${section}\r\n`);
    let reply = Buffer.alloc(0);
    for await (const chunk of socket) {
      reply = Buffer.concat([reply, chunk]);
      const head = /^\$(\d+)\r\n/.exec(reply.toString('latin1'));
      if (head && reply.length >= head[0].length + Number(head[1]) + 2) break;
    }
    return reply.toString();
  } finally {
    socket.destroy();
  }
}

/** What a client says when it connects, and what is asked here. */
const setUp = /^(hello|auth|client|command|select|ping|info|config)/;
/** The store sends nothing but scripts and, for wake-ups, a subscription. What else is counted, the scripts have called. */
const sent = /^(evalsha|eval|subscribe)$/;

/** How many commands the server has run so far: those that clients have sent, and those that came out of scripts. */
async function commandsOf(port) {
  const counts = { sent: 0, inScripts: 0 };
  for (const [, name, calls] of (await info(port, 'commandstats')).matchAll(/^cmdstat_(.+?):calls=(\d+)/gm)) {
    if (!setUp.test(name)) counts[sent.test(name) ? 'sent' : 'inScripts'] += Number(calls);
  }
  return counts;
}
