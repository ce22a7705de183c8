import { isBytes, utf8 } from './bytes.js';
import type { Script } from './scripts.js';
import { printableText } from '../redact.js';
import { fault, isRecord, wrong } from '../validate.js';

/** A client of node-redis, as far as it is needed here: of one server, of a Cluster, of Sentinels, or a pool. */
export interface NodeRedisClient {
  /** Whether it was connected, and not closed since. */
  readonly isOpen: boolean;
  /** Whether commands go out at once. Not every kind of client has it. */
  readonly isReady?: boolean | undefined;
  /**
   * `EVALSHA`: runs a script that the server knows.
   *
   * @param sha1 of the script
   * @param options its keys and arguments
   */
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /**
   * `EVAL`: runs a script.
   *
   * @param script in Lua
   * @param options its keys and arguments
   */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client of ioredis, as far as it is needed here: of one server, of a Cluster, or of Sentinels. */
export interface IoredisClient {
  /** Such as `ready`, `connecting` or `end`. */
  readonly status: string;
  /** What it was made with: `keyPrefix` is looked at. */
  readonly options: object;
  /**
   * `EVALSHA`: runs a script that the server knows.
   *
   * @param sha1 of the script
   * @param numberOfKeys how many of the texts behind it are keys
   * @param keysAndArguments the keys, then the arguments
   */
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /**
   * `EVAL`: runs a script.
   *
   * @param script in Lua
   * @param numberOfKeys how many of the texts behind it are keys
   * @param keysAndArguments the keys, then the arguments
   */
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** A client of node-redis that subscribes. */
export interface NodeRedisSubscriber {
  /** Whether it was connected, and not closed since. */
  readonly isOpen: boolean;
  /**
   * `SUBSCRIBE`.
   *
   * @param channel by name
   * @param listener is called for every message
   */
  subscribe(channel: string, listener: (message: string, channel: string) => unknown): Promise<unknown>;
}

/** A client of ioredis that subscribes. */
export interface IoredisSubscriber {
  /** Such as `ready`, `connecting` or `end`. */
  readonly status: string;
  /**
   * `SUBSCRIBE`.
   *
   * @param channel by name
   */
  subscribe(channel: string): Promise<unknown>;
  /**
   * Calls a function for every message.
   *
   * @param event messages
   * @param listener is called with channel and message
   */
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  /**
   * Ends that.
   *
   * @param event messages
   * @param listener that was given to `on`
   */
  off(event: 'message', listener: (channel: string, message: string) => void): unknown;
}

/** What the store needs of a client, whoever has written it. */
export interface Connection {
  /** What the client itself puts before the name of every key. */
  readonly keyPrefix: string;
  /** Rejects at once while the client knows that it has no connection: what it queues would be done when nobody wants it any more. */
  run(script: Script, keys: string[], args: string[]): Promise<string[]>;
}

/** @throws TokenConfigError for what is no client */
export function connection(owner: string, client: unknown): Connection {
  if (isNodeRedis(client)) return nodeRedis(client);
  if (isIoredis(client)) return ioredis(owner, client);
  if (typeof (client as { then?: unknown } | null | undefined)?.then === 'function') {
    throw wrong(owner, 'client', 'is a promise: await it, and give what it resolves to.');
  }
  throw fault(owner, 'client', `must be a client of ${PACKAGES}, not in legacy mode`, client);
}

export const PACKAGES = 'the package redis 5 or 6 (`createClient()`) or ioredis 5 or 6 (`new Redis()`)';

// Clients may be proxies or classes of any kind; those of the legacy mode have no `isOpen`, and answer by callbacks.
function isNodeRedis(client: unknown): client is NodeRedisClient {
  if (!isRecord(client)) return false;
  return typeof client.evalSha === 'function' && typeof client.isOpen === 'boolean';
}

function isIoredis(client: unknown): client is IoredisClient {
  if (!isRecord(client) || typeof client.evalsha !== 'function') return false;
  return typeof client.status === 'string' && isRecord(client.options);
}

function nodeRedis(client: NodeRedisClient): Connection {
  const hasLost = connectionLoss();
  return {
    keyPrefix: '',
    run: (script, keys, args) => {
      if (!client.isOpen) return refuse('The client is not connected: call `await client.connect()` first.');
      if (hasLost(client.isReady !== false)) return refuse(LOST);
      const options = { keys, arguments: args };
      return evaluated(
        () => client.evalSha(script.sha1, options),
        () => client.eval(script.source, options),
        args,
      );
    },
  };
}

function ioredis(owner: string, client: IoredisClient): Connection {
  const { keyPrefix } = client.options as { keyPrefix?: unknown };
  const added = isBytes(keyPrefix) || typeof keyPrefix === 'string' ? textOf(keyPrefix) : '';
  if (/[{}]/.test(added)) {
    throw wrong(owner, 'client', 'has a `keyPrefix` with braces: they would move the two keys of a token apart.');
  }
  const hasLost = connectionLoss();
  return {
    keyPrefix: added,
    run: (script, keys, args) => {
      // 'wait': with `lazyConnect` the first command connects.
      if (client.status === 'end') return refuse('The client is closed.');
      if (!['wait', 'connecting', 'connect', 'ready'].includes(client.status)) return refuse(LOST);
      if (hasLost(client.status === 'ready')) return refuse(LOST);
      return evaluated(
        () => client.evalsha(script.sha1, keys.length, ...keys, ...args),
        () => client.eval(script.source, keys.length, ...keys, ...args),
        args,
      );
    },
  };
}

const LOST = 'The connection is lost; the client is trying to get it back.';

/** A client that was never ready is on its first way to the server: what it is asked meanwhile may wait. Later it is a loss. */
function connectionLoss(): (isReady: boolean) => boolean {
  let wasReady = false;
  return (isReady) => {
    wasReady ||= isReady;
    return wasReady && !isReady;
  };
}

const refuse = (message: string): Promise<never> => Promise.reject(new Error(message));

async function evaluated(
  bySha1: () => Promise<unknown>,
  bySource: () => Promise<unknown>,
  args: string[],
): Promise<string[]> {
  try {
    const reply = await bySha1().catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return bySource();
      throw error;
    });
    return (reply as unknown[]).map(textOf);
  } catch (error) {
    throw printable(error, args);
  }
}

/** An error of a client may carry the command, and the text of Redis may quote it: the token is among its arguments. */
function printable(error: unknown, args: string[]): Error {
  const { name, message, code } = error as { name?: unknown; message?: unknown; code?: unknown };
  const [told = ''] = String(message || code || name).split(/,? with args beginning/);
  const plain = new Error(printableText(told, args));
  if (typeof name === 'string') plain.name = name;
  return plain;
}

/** Texts come as bytes where the options of a client say so. */
const textOf = (value: unknown): string => (isBytes(value) ? utf8(value) : String(value));
