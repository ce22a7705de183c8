import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AttachTokenOptions, ClientCredentialsOptions, TokenStatus } from '../../lib/index.js';
import type { RedisStoreOptions } from '../../lib/redis/index.js';
import {
  type ProtectedApi,
  startProtectedApi,
  startTokenServer,
  type TokenServer,
  type TokenServerOptions,
} from '../../lib/testing/index.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';

// A fleet: real processes with a real Redis, and in the test's own process the token server and the API that they call. After the
// test all of it is closed, and neither the Redis nor anything that a process has printed may show a secret. A process that has come
// through a test with everything closed serves the next one of the file: to start one takes long.

export const CLIENTS = ['redis', 'redis-5', 'ioredis', 'ioredis-5'] as const;

/** Times that no machine is too slow for, where token requests are counted to the last one. */
export const PATIENT = { store: { timeoutMs: 20_000, leaseMs: 30_000 }, options: { tokenTimeoutMs: 60_000 } };

export interface MemberSettings {
  /** Which package it talks to Redis with. Default: the members take turns. */
  client?: (typeof CLIENTS)[number];
  /** Whether it has a second connection, by which it is woken up. */
  subscribes?: boolean;
  /** How far its wall clock is off. */
  skewMs?: number;
  clientSecret?: string;
  source?: Pick<ClientCredentialsOptions, 'scope' | 'reissue'>;
  options?: Pick<AttachTokenOptions, 'tokenTimeoutMs' | 'refreshAheadMs'>;
  store?: Pick<RedisStoreOptions, 'prefix' | 'leaseMs' | 'timeoutMs'> & {
    encryptionKeys?: { id: string; key: string }[] | undefined;
  };
}

export interface FleetOptions extends MemberSettings {
  /** How many processes, or what is special about each. */
  members: number | MemberSettings[];
  server?: TokenServerOptions;
  /** Default: a server of its own. */
  redis?: readonly RedisServer[];
  /** Whether the Redis runs while they start. */
  isReachable?: boolean;
}

export interface Fleet {
  readonly server: TokenServer;
  readonly upstream: ProtectedApi;
  /** The only one, or the first of a Cluster. */
  readonly redis: RedisServer;
  readonly members: Member[];
  /** Each token that the server has issued, as the members tell it, in this order. */
  readonly issued: readonly string[];
  /** When those were issued, in monotonic ms. */
  readonly issuedAt: readonly number[];
  /** One more process, set up like the others. */
  join(settings?: MemberSettings): Promise<Member>;
}

/** How often calls have ended in which way: their statuses, or the code and message of their error. */
export type Ends = Record<string, number>;

export interface MemberStatus extends Partial<TokenStatus> {
  /** How often each event has come. */
  events: Partial<Record<string, number>>;
  storeErrors: string[];
  /** Of the steady calls so far. */
  ends: Ends;
}

export interface Member {
  /** Makes calls, all at once. @param scopes how many different ones they ask for, one each. Default: none */
  calls(count: number, scopes?: number): Promise<Ends>;
  /** Begins to make calls, two at a time. */
  go(): Promise<void>;
  /** Ends these, and says how all of them ended. */
  halt(): Promise<Ends>;
  /** Which token it has, or gets. */
  token(): Promise<string>;
  refresh(): Promise<string>;
  invalidate(): Promise<void>;
  status(): Promise<MemberStatus>;
  /** Forgets everything, as a process that has just been started. */
  anew(): Promise<void>;
  skew(ms: number): Promise<void>;
  /** Moves its clocks forward, as if time had passed. */
  advance(ms: number): Promise<void>;
  /** Another client secret from now on. */
  secret(value: string): Promise<void>;
  /** SIGKILL */
  kill(): Promise<void>;
  /** SIGSTOP */
  pause(): void;
  /** SIGCONT */
  resume(): void;
  /** Closes everything that it has. */
  end(): Promise<void>;
}

const cleanUps: (() => Promise<void>)[] = [];
/** Processes with nothing to do. */
const idle: Process[] = [];

jest.setTimeout(120_000); // what hangs still ends

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

afterAll(() => Promise.all(idle.splice(0).map((process) => process.end())));

/** Does this after the test, before what was begun earlier is undone. */
export function afterwards(cleanUp: () => Promise<void>): void {
  cleanUps.push(cleanUp);
}

export async function startFleet({ members: asked, redis: given, isReachable, ...own }: FleetOptions): Promise<Fleet> {
  const { server: serverOptions, ...common } = own;
  const secrets = new Set<string>();
  const tokens: string[] = [];
  const issued: string[] = [];
  const issuedAt: number[] = [];
  const server = await startTokenServer({
    ...serverOptions,
    answer: (_request, token) => {
      tokens.push(token.access_token);
      issued.push(shown(token.access_token));
      issuedAt.push(performance.now());
      return token;
    },
  });
  afterwards(() => server.close());
  const upstream = await startProtectedApi({ accepts: server });
  afterwards(() => upstream.close());
  const servers = given ?? [await startRedis()];
  if (!given) afterwards(async () => servers[0]!.stop());
  const processes: Process[] = [];
  const join = async (settings: MemberSettings = {}): Promise<Member> => {
    const process = idle.pop() ?? new Process();
    processes.push(process);
    const member = {
      client: CLIENTS[(processes.length - 1) % CLIENTS.length],
      clientSecret: server.clientSecret,
      ...common,
      ...settings,
    };
    secrets.add(member.clientSecret);
    await process.ask('start', {
      ...member,
      ports: servers.map(({ port }) => port),
      isReachable,
      apiUrl: upstream.url,
      tokenUrl: server.tokenUrl,
      clientId: server.clientId,
    });
    return memberOf(process, secrets);
  };
  afterwards(async () => {
    await Promise.all(processes.map((process) => process.rest()));
    for (const token of common.store?.encryptionKeys ? tokens : []) secrets.add(token);
    for (const redis of servers) expectNone(secrets, 'Redis', await everythingIn(redis));
    for (const token of tokens) secrets.add(token);
    for (const { output, told } of processes) expectNone(secrets, 'what a process has printed or told', output + told);
  });
  const settings: MemberSettings[] = typeof asked === 'number' ? Array.from({ length: asked }, () => ({})) : asked;
  const members = await Promise.all(settings.map((one) => join(one)));
  return { server, upstream, redis: servers[0]!, members, issued, issuedAt, join };
}

/** What is asked of each member, by all at the same time. */
export function all<T>(members: readonly Member[], ask: (member: Member) => Promise<T>): Promise<T[]> {
  return Promise.all(members.map((member) => ask(member)));
}

/** Looks again and again until it holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const ends = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > ends) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Waits until all of them have a token in common, that of the whole fleet. */
export async function untilShared(members: readonly Member[], token?: () => string | undefined): Promise<void> {
  await until('all share one token', async () => {
    const held = new Set(await all(members, (member) => member.token()));
    if (held.size > 1 || (token && !held.has(token() ?? ''))) return false;
    return (await all(members, (member) => member.status())).every(({ store }) => store === 'shared');
  });
}

/** All calls of all of them, in one. */
export function total(ends: readonly Ends[]): Ends {
  const sum: Ends = {};
  for (const one of ends) for (const [end, count] of Object.entries(one)) sum[end] = (sum[end] ?? 0) + count;
  return sum;
}

/** Every call has ended well; there was at least one. */
export function expectAllServed(ends: readonly Ends[]): void {
  for (const one of ends) expect(one).toEqual({ 200: expect.any(Number) });
}

/** Names of the tokens in a Redis, once there are so many. */
export async function recordsOf(redis: RedisServer, count: number): Promise<string[]> {
  let names: string[] = [];
  await until(`${count} tokens stand in the Redis`, async () => {
    names = (await keysOf(redis)).filter((name) => !name.endsWith(':lease'));
    return names.length === count;
  });
  return names;
}

/** Names of all keys. */
export async function keysOf(redis: RedisServer): Promise<string[]> {
  return (await redis.command('KEYS', '*')) as string[];
}

/** Whatever stands in a Redis, as one text. */
export async function everythingIn(redis: RedisServer): Promise<string> {
  const texts: unknown[] = [];
  redis.resume(); // where the test has failed
  for (const key of await keysOf(redis).catch(() => [])) {
    const type = await redis.command('TYPE', key);
    texts.push(key, await redis.command(...(type === 'hash' ? ['HGETALL', key] : ['GET', key])).catch(() => ''));
  }
  return JSON.stringify(texts);
}

function expectNone(secrets: ReadonlySet<string>, where: string, text: string): void {
  const isShown = [...secrets].some((secret) => text.includes(secret));
  expect({ where, isShown }).toEqual({ where, isShown: false }); // the text itself is not for a test's output
}

/** What a token is called in tests: it tells it from the others, and is of no use. */
function shown(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('hex').slice(0, 12);
}

function memberOf(process: Process, secrets: Set<string>): Member {
  return {
    calls: (count, scopes) => process.ask('calls', { count, scopes }),
    go: () => process.ask('go'),
    halt: () => process.ask('halt'),
    token: () => process.ask('token'),
    refresh: () => process.ask('refresh'),
    invalidate: () => process.ask('invalidate'),
    status: () => process.ask('status'),
    anew: () => process.ask('anew'),
    skew: (ms) => process.ask('skew', { ms }),
    advance: (ms) => process.ask('advance', { ms }),
    secret: (value) => {
      secrets.add(value);
      return process.ask('secret', { value });
    },
    kill: () => process.kill(),
    pause: () => process.signal('SIGSTOP'),
    resume: () => process.signal('SIGCONT'),
    end: () => process.rest(),
  };
}

/** Patience with a process that is to close everything, or to end. */
const LONGEST_END_MS = 30_000;

class Process {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #open = new Map<number, { resolve: (result: never) => void; reject: (reason: Error) => void }>();
  #orders = 0;
  #isBusy = false;
  output = '';
  /** All that it has told of itself: states, errors. */
  told = '';

  constructor() {
    const child = fork(join(__dirname, 'worker.mjs'), { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    child.on('message', ({ id, result, fault }: { id: number; result: never; fault?: string }) => {
      const order = this.#open.get(id);
      this.told += JSON.stringify([result, fault]);
      this.#open.delete(id);
      if (fault === undefined) order?.resolve(result);
      else order?.reject(new Error(fault));
    });
    this.#child = child;
    this.#exit = once(child, 'exit');
    void this.#exit.then(() => {
      for (const { reject } of this.#open.values()) reject(new Error(`The process is gone. ${this.output}`));
    });
  }

  ask<T>(order: string, given: object = {}): Promise<T> {
    const id = ++this.#orders;
    if (order === 'start') this.#isBusy = true;
    return new Promise<T>((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#child.send({ ...given, id, order }, (error) => {
        if (error) reject(error);
      });
    });
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#isBusy = false;
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** It closes everything, and is there for the next test. */
  async rest(): Promise<void> {
    if (!this.#isBusy) return;
    this.#isBusy = false;
    this.signal('SIGCONT'); // where the test has failed
    await this.#inTime(this.ask('rest'));
    idle.push(this);
  }

  /** Nothing keeps it alive any more: it ends by itself. */
  async end(): Promise<void> {
    this.#child.disconnect();
    await this.#inTime(this.#exit);
    const { exitCode, signalCode } = this.#child;
    expect({ exitCode, signalCode, output: this.output }).toEqual({ exitCode: 0, signalCode: null, output: '' });
  }

  async #inTime(outcome: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`A process does not close what it has. ${this.output}`)),
        LONGEST_END_MS,
      );
    });
    try {
      await Promise.race([outcome, late]);
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
