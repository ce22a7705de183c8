import axios, { type AxiosRequestConfig } from 'axios';
import type { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/turn.js';
import { protectedApi, rejection, startTimedWorld } from '../support/world.js';

/** A way to leave, and what makes it happen. */
interface Exit {
  options: AxiosRequestConfig;
  take: (clock?: ManualClock) => unknown;
}

const exits: Record<string, () => Exit> = {
  signal: () => {
    const leaving = new AbortController();
    return {
      options: { signal: leaving.signal },
      take: () => {
        leaving.abort();
      },
    };
  },
  cancelToken: () => {
    const leaving = axios.CancelToken.source();
    return {
      options: { cancelToken: leaving.token },
      take: () => {
        leaving.cancel('had enough');
      },
    };
  },
  timeout: () => ({ options: { timeout: 1000 }, take: (clock) => clock?.advance(1000) }),
  'timeout with clarifyTimeoutError': () => ({
    options: { timeout: 1000, transitional: { clarifyTimeoutError: true } },
    take: (clock) => clock?.advance(1000),
  }),
  'timeout with a message of its own': () => ({
    options: { timeout: 1000, timeoutErrorMessage: 'too slow for us' },
    take: (clock) => clock?.advance(1000),
  }),
};

const shown = (error: unknown): object => {
  const { name, code, message, constructor } = error as Error & { code?: string };
  return {
    name,
    code,
    message,
    type: constructor.name,
    isCancel: axios.isCancel(error),
    isAxiosError: axios.isAxiosError(error),
  };
};

/** What an axios without the plugin throws for the same. */
async function thrownByAxios(exit: Exit): Promise<object> {
  const upstream = await protectedApi({ accepts: () => true });
  const hold = upstream.hold();
  const failed = rejection(axios.get(upstream.url, exit.options));
  await hold.arrived();
  await exit.take();
  return shown(await failed);
}

const ways = Object.keys(exits);
const places = [
  { who: 'the first caller', leavers: [0] },
  { who: 'a middle caller', leavers: [1] },
  { who: 'the first and the last caller', leavers: [0, 2] },
];

describe.each(ways)('by %s', (way) => {
  test.each(places)(
    '$who leaves the wait for a token: the others are served by the same flight',
    async ({ leavers }) => {
      const { api, server, upstream, auth, clock } = await startTimedWorld();
      const hold = server.hold();
      const leaving = leavers.map(() => exits[way]!());
      const calls = [0, 1, 2].map((index) => api.get(`/things/${index}`, leaving[leavers.indexOf(index)]?.options));
      const settled = Promise.allSettled(calls);
      await hold.arrived();
      await until(() => auth.inspect()[0]?.waiting === 3);
      for (const exit of leaving) await exit.take(clock);
      const expected = await thrownByAxios(exits[way]!());
      for (const index of leavers) expect(shown(await rejection(calls[index]!))).toEqual(expected);
      expect(auth.inspect()).toMatchObject([{ waiting: 3 - leavers.length, refreshing: true }]);

      hold.release();
      expect((await settled).map(({ status }) => status)).toEqual(
        [0, 1, 2].map((index) => (leavers.includes(index) ? 'rejected' : 'fulfilled')),
      );
      expect(server.stats().requests).toBe(1);
      expect(upstream.stats().requests).toBe(3 - leavers.length);
    },
  );

  test('all callers leave: the flight is finished, and its token serves the next call', async () => {
    const { api, server, upstream, auth, clock } = await startTimedWorld();
    const hold = server.hold();
    const leaving = [0, 1, 2].map(() => exits[way]!());
    const failed = Promise.all(leaving.map(({ options }) => rejection(api.get('/things', options))));
    await hold.arrived();
    for (const exit of leaving) await exit.take(clock);
    expect(await failed).toHaveLength(3);
    expect(auth.inspect()).toMatchObject([{ waiting: 0, refreshing: true }]);

    hold.release();
    await until(() => auth.inspect()[0]?.state === 'fresh');
    await api.get('/next');
    expect(server.stats().requests).toBe(1);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/next']);
  });

  test('a caller leaves while its refused token is renewed: it ends at once, the new token is kept', async () => {
    const { api, server, upstream, auth, clock } = await startTimedWorld();
    await api.get('/warm-up');
    server.revokeAll();
    const hold = server.hold();
    const exit = exits[way]!();
    const call = rejection(api.get('/things', exit.options));
    await hold.arrived();
    await exit.take(clock);
    expect(shown(await call)).toEqual(await thrownByAxios(exits[way]!()));

    hold.release();
    await until(() => auth.inspect()[0]?.state === 'fresh');
    await api.get('/next');
    expect(server.stats().requests).toBe(2);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/warm-up', '/things', '/next']);
  });
});

test('a signal that was aborted before the call: no token request, and nothing is sent', async () => {
  const { api, server, upstream } = await startTimedWorld();
  const error = await rejection(api.get('/things', { signal: AbortSignal.abort() }));
  expect(axios.isCancel(error)).toBe(true);
  expect(server.stats().requests).toBe(0);
  expect(upstream.stats().requests).toBe(0);
});

test('a call that leaves while the API takes its time: its token stays for the next call', async () => {
  const { api, server, upstream } = await startTimedWorld();
  await api.get('/warm-up');
  const hold = upstream.hold();
  const leaving = new AbortController();
  const call = rejection(api.get('/things', { signal: leaving.signal }));
  await hold.arrived();
  leaving.abort();
  expect(axios.isCancel(await call)).toBe(true);
  hold.release();
  await api.get('/next');
  expect(server.stats().requests).toBe(1);
});

test('a signal shared by waiting calls is let go of when they are served', async () => {
  const { api, server } = await startTimedWorld();
  const leaving = new AbortController();
  let listening = 0;
  const { signal } = leaving;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof add>) => {
      listening += 1;
      add(...args);
    },
    removeEventListener: (...args: Parameters<typeof remove>) => {
      listening -= 1;
      remove(...args);
    },
  });
  const hold = server.hold();
  const calls = Promise.all(Array.from({ length: 5 }, () => api.get('/things', { signal })));
  await hold.arrived();
  await until(() => listening === 5);
  hold.release();
  await calls;
  expect(listening).toBe(0);
});

test('getToken leaves with the reason of its signal, and the flight goes on', async () => {
  const { server, auth } = await startTimedWorld();
  const hold = server.hold();
  const leaving = new AbortController();
  const reason = new Error('not needed any more');
  const wait = rejection(auth.getToken({ signal: leaving.signal }));
  await hold.arrived();
  leaving.abort(reason);
  expect(await wait).toBe(reason);
  hold.release();
  expect(await auth.getToken()).toMatchObject({ accessToken: expect.stringMatching(/^tok_/) });
  expect(server.stats().requests).toBe(1);
});
