import { createServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Io } from '../../lib/cli/io.js';
import { run } from '../../lib/cli/run.js';
import { certificateFor } from '../client-auth/certificate.js';
import { newPair, pemOf } from '../client-auth/keys.js';

// The command line in this process: with streams, a terminal and a person of the test's own.

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  /** Both, as a terminal gets them. */
  output: string;
  /** What a person was asked. */
  asked: string[];
}

export interface Around {
  env?: Record<string, string | undefined>;
  /** What is a terminal; default: nothing. */
  terminal?: readonly ('stdin' | 'stdout' | 'stderr')[];
  /** What a person types where they are asked. */
  types?: string;
  stdin?: string;
  /** Modules by file name. */
  modules?: Record<string, unknown>;
  signal?: AbortSignal;
}

/** One command. A text is split at spaces. */
export async function cli(command: string | readonly string[], around: Around = {}): Promise<Ran> {
  const ran: Ran = { code: NaN, stdout: '', stderr: '', output: '', asked: [] };
  ran.code = await run(typeof command === 'string' ? command.split(' ') : command, ioOf(around, ran));
  return ran;
}

export function ioOf(around: Around = {}, ran: Ran = { code: NaN, stdout: '', stderr: '', output: '', asked: [] }): Io {
  const { env = {}, terminal = [], types = '', stdin = '', modules = {}, signal } = around;
  const output = (name: 'stdout' | 'stderr'): Io['stdout'] => ({
    isTTY: terminal.includes(name),
    write: (text: string) => {
      ran[name] += text;
      ran.output += text;
    },
  });
  return {
    stdin: Object.assign(Readable.from([Buffer.from(stdin)]), { isTTY: terminal.includes('stdin') }),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env,
    version: '1.2.3',
    crash: new Promise<never>(() => undefined),
    signal: signal ?? new AbortController().signal,
    prompt: async (message) => {
      ran.asked.push(message);
      return types;
    },
    load: async (url) => {
      const module = modules[url.slice(url.lastIndexOf('/') + 1)];
      if (module instanceof Error) throw module;
      return module;
    },
  };
}

/** A line that is gone when the command has ended. */
// eslint-disable-next-line no-control-regex -- so a terminal is told to erase it
export const ERASED = /[^\n]*\r\u001b\[2K/g;

/** A server with a certificate that it has signed itself. */
export async function selfSigned(): Promise<{ url: string; close(): void }> {
  const pair = newPair('ES256');
  const server: TlsServer = createServer({ key: pemOf(pair.privateKey), cert: certificateFor(pair, 'own') });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
