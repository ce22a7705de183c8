import { randomUUID } from 'node:crypto';
import { EventEmitter, getEventListeners } from 'node:events';
import {
  type IoredisSubscriber,
  type NodeRedisClient,
  type NodeRedisSubscriber,
  redisStore,
} from '../../lib/redis/index.js';
import { clients, type OpenClient } from '../support/redis-clients.js';
import { describeRedis, type RedisServer, startRedis } from '../support/redis-server.js';
import { turn } from '../support/turn.js';

describeRedis('changed', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  describe.each(Object.keys(clients))('with a subscriber of %s', (name) => {
    let open: OpenClient;
    let listening: OpenClient;

    beforeEach(async () => {
      open = await clients[name]!(server.url);
      listening = await open.duplicate();
    });
    afterEach(() => {
      open.close();
      listening.close();
    });

    it('wakes those who wait for this key, in every process, and nobody else', async () => {
      const waits = redisStore(open.client, { subscriber: listening.client });
      const acts = redisStore(open.client);
      const [key, other] = [randomUUID(), randomUUID()];
      const { signal } = new AbortController();
      await subscribed(waits.changed!);

      const log: string[] = [];
      const all = [1, 2, 3].map(() => waits.changed!(key, signal));
      const quiet = waits.changed!(other, signal).then(() => log.push('other'));
      await acts.lease(key, { owner: 'me', ms: 5000, known: undefined });
      await acts.release(key, 'me');
      await Promise.all(all);
      expect(log).toEqual([]);
      await acts.fail(other, undefined, 'me');
      await quiet;
      expect(log).toEqual(['other']);
    });

    it('subscribes once, when somebody waits for the first time, and no more', async () => {
      await server.command('CONFIG', 'RESETSTAT');
      const store = redisStore(open.client, { subscriber: listening.client });
      await store.read('k');
      expect(await server.commandStats()).not.toHaveProperty('subscribe');
      for (const round of [1, 2, 3]) {
        const leaving = new AbortController();
        const waits = ['a', 'b', 'b'].map((key) => store.changed!(key, leaving.signal));
        if (round === 1) await subscribed(store.changed!);
        leaving.abort();
        await Promise.all(waits);
      }
      expect(await server.commandStats()).toMatchObject({ subscribe: 1 });
      expect(await server.command('PUBSUB', 'NUMSUB', 'axios-client-credentials:changes')).toEqual([
        'axios-client-credentials:changes',
        1,
      ]);
    });

    it('another prefix has another channel', async () => {
      const store = redisStore(open.client, { prefix: 'app:', subscriber: listening.client });
      await subscribed(store.changed!);
      const woken = store.changed!('k', new AbortController().signal);
      await redisStore(open.client, { prefix: 'app:' }).fail('k', undefined, 'me');
      await woken;
      expect(await server.command('PUBSUB', 'CHANNELS', 'app:*')).toEqual(['app:changes']);
    });

    it('hears again after the connection was lost', async () => {
      const store = redisStore(open.client, { subscriber: listening.client });
      await subscribed(store.changed!);
      const woken = store.changed!('k', new AbortController().signal);
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const told = async (): Promise<void> => {
        await store.fail('k', undefined, 'me');
        const isWoken = await Promise.race([woken.then(() => true), new Promise((resolve) => setTimeout(resolve, 10))]);
        if (isWoken !== true) await told();
      };
      await told();
    });
  });
});

/** The first who waits is woken as soon as the subscription stands: from then on nothing is missed. */
const subscribed = (changed: (key: string, signal: AbortSignal) => Promise<void>): Promise<void> =>
  changed(randomUUID(), new AbortController().signal);

describe('those who wait', () => {
  const client: NodeRedisClient = { isOpen: true, evalSha: async () => [], eval: async () => [] };

  /** An ioredis whose subscriptions are made by the test. */
  class Subscriber extends EventEmitter implements IoredisSubscriber {
    readonly status = 'ready';
    readonly asked: { resolve: () => void; reject: (error: Error) => void }[] = [];

    subscribe(): Promise<void> {
      return new Promise((resolve, reject) => this.asked.push({ resolve, reject }));
    }
  }

  it('leave with their signal whatever becomes of the subscription, and leave nothing behind', async () => {
    const subscriber = new Subscriber();
    const { changed } = redisStore(client, { subscriber });
    const leaving = new AbortController();
    const waits = ['a', 'a', 'b'].map((key) => changed!(key, leaving.signal));
    expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(3);
    expect(subscriber.listenerCount('message')).toBe(1);
    leaving.abort();
    await Promise.all(waits);
    expect(getEventListeners(leaving.signal, 'abort')).toHaveLength(0);
    expect(subscriber.listenerCount('message')).toBe(0);
    await changed!('a', leaving.signal);
    expect(subscriber.listenerCount('message')).toBe(0);
  });

  it('are woken with nothing left behind', async () => {
    const subscriber = new Subscriber();
    const { changed } = redisStore(client, { subscriber });
    const { signal } = new AbortController();
    const waits = ['a', 'b'].map((key) => changed!(key, signal));
    subscriber.emit('message', 'axios-client-credentials:changes', 'a');
    await waits[0];
    subscriber.emit('message', 'another channel', 'b');
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    subscriber.emit('message', 'axios-client-credentials:changes', 'b');
    await waits[1];
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(subscriber.listenerCount('message')).toBe(0);
  });

  it.each<[string, () => NodeRedisSubscriber | IoredisSubscriber]>([
    ['rejects', () => ({ isOpen: false, subscribe: () => Promise.reject(new Error('not connected')) })],
    [
      'throws',
      () => ({
        isOpen: false,
        subscribe: () => {
          throw new Error('not connected');
        },
      }),
    ],
  ])('wait on when subscribing %s; the next one tries again', async (_, make) => {
    const subscriber = make();
    const subscribe = jest.spyOn(subscriber, 'subscribe');
    const { changed } = redisStore(client, { subscriber });
    const leaving = new AbortController();
    let left = 0;
    const waits = [changed!('a', leaving.signal), changed!('b', leaving.signal)];
    for (const wait of waits) void wait.then(() => left++);
    await turn();
    expect(subscribe).toHaveBeenCalledTimes(1);
    waits.push(changed!('a', leaving.signal));
    expect(subscribe).toHaveBeenCalledTimes(2);
    await turn();
    expect(left).toBe(0);
    leaving.abort();
    await Promise.all(waits);
  });
});
