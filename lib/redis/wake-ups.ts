import { type IoredisSubscriber, type NodeRedisSubscriber, PACKAGES } from './client.js';
import type { TokenStore } from '../store.js';
import { fault, isRecord, wrong } from '../validate.js';

/**
 * The wake-up of all who wait in this process, by one subscription that is made when the first of them does. Where it cannot be
 * made, the next one tries again; they ask from time to time anyway.
 */
export function wakeUps(subscriber: NodeRedisSubscriber | IoredisSubscriber, channel: string): TokenStore['changed'] {
  const waiting = new Map<string, Set<() => void>>();
  const wake = (key: string): void => waiting.get(key)?.forEach((go) => go());
  const { subscribe, listen, rest } = subscription(subscriber, channel, wake);
  let subscribed: Promise<void> | undefined;

  return (key, signal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      const others = waiting.get(key) ?? new Set();
      const go = (): void => {
        others.delete(go);
        if (others.size === 0) waiting.delete(key);
        if (waiting.size === 0) rest();
        signal.removeEventListener('abort', go);
        resolve();
      };
      signal.addEventListener('abort', go);
      if (waiting.size === 0) listen();
      waiting.set(key, others.add(go));
      subscribed ??= subscribe().then(
        // What changed before was not heard.
        () => [...waiting.keys()].forEach(wake),
        () => (subscribed = undefined),
      );
    });
}

interface Subscription {
  subscribe: () => Promise<unknown>;
  /** Somebody waits. */
  listen: () => void;
  /** Nobody waits. */
  rest: () => void;
}

function subscription(
  subscriber: NodeRedisSubscriber | IoredisSubscriber,
  channel: string,
  told: (message: string) => void,
): Subscription {
  if (isNodeRedis(subscriber)) {
    const nothing = (): void => undefined;
    return { subscribe: async () => subscriber.subscribe(channel, told), listen: nothing, rest: nothing };
  }
  const onMessage = (from: string, message: string): void => {
    if (from === channel) told(message);
  };
  return {
    subscribe: async () => subscriber.subscribe(channel),
    listen: () => subscriber.on('message', onMessage),
    rest: () => subscriber.off('message', onMessage),
  };
}

/** @throws TokenConfigError for what cannot subscribe */
export function checkSubscriber(
  owner: string,
  value: unknown,
  client: unknown,
): asserts value is NodeRedisSubscriber | IoredisSubscriber {
  if (value === client) {
    throw wrong(
      owner,
      'subscriber',
      'must be a connection of its own, such as `client.duplicate()`: one that subscribes does nothing else.',
    );
  }
  if (!isNodeRedis(value) && !isIoredis(value)) {
    throw fault(owner, 'subscriber', `must be a client of ${PACKAGES} that can subscribe`, value);
  }
}

function isNodeRedis(value: unknown): value is NodeRedisSubscriber {
  return isRecord(value) && typeof value.subscribe === 'function' && typeof value.isOpen === 'boolean';
}

function isIoredis(value: unknown): value is IoredisSubscriber {
  if (!isRecord(value) || typeof value.subscribe !== 'function') return false;
  return typeof value.on === 'function' && typeof value.status === 'string';
}
