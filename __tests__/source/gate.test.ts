import { clientCredentials, type FetchedToken, type FetchToken } from '../../lib/index.js';
import { Gate } from '../../lib/source/gate.js';
import { turn, until } from '../support/turn.js';
import { manualClock, rejection } from '../support/world.js';
import { client, handleOf } from './asking.js';

// What passes at once, and in which order, is decided by promises that the test holds.

const never = new AbortController().signal;

function tasks(): {
  task: (name: string) => () => Promise<string>;
  started: string[];
  end: (name: string) => Promise<void>;
} {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    task: (name) => () => {
      started.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(name)));
    },
    end: async (name) => {
      ends.get(name)!();
      await turn();
    },
  };
}

test('as many at once as concurrency says, then one for one', async () => {
  const { task, started, end } = tasks();
  const gate = new Gate({ concurrency: 2 });
  const all = ['a', 'b', 'c', 'd'].map((name, id) => gate.run(id, true, never, task(name)));
  await turn();
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c', 'd']) await end(name);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
});

test('eight at once unless said otherwise', async () => {
  const { task, started, end } = tasks();
  const gate = new Gate();
  const all = Array.from({ length: 9 }, (_, id) => gate.run(id, true, never, task(String(id))));
  await turn();
  expect(started).toHaveLength(8);
  for (let id = 0; id < 9; id++) await end(String(id));
  await Promise.all(all);
});

test('a waiting call goes before what was queued in the background', async () => {
  const { task, started, end } = tasks();
  const gate = new Gate({ concurrency: 1 });
  const all = [
    gate.run(1, true, never, task('first')),
    gate.run(2, false, never, task('background')),
    gate.run(3, true, never, task('urgent')),
  ];
  await turn();
  await end('first');
  expect(started).toEqual(['first', 'urgent']);
  await end('urgent');
  await end('background');
  await Promise.all(all);
});

test('a background task that somebody waits for now is promoted; promoting what runs or is unknown does nothing', async () => {
  const { task, started, end } = tasks();
  const gate = new Gate({ concurrency: 1 });
  const all = [1, 2, 3].map((id) => gate.run(id, false, never, task(String(id))));
  await turn();
  gate.promote(1);
  gate.promote(99);
  gate.promote(3);
  await end('1');
  expect(started).toEqual(['1', '3']);
  await end('3');
  all.push(...[4, 3, 99].map((id) => gate.run(id, false, never, task(`${id} later`)))); // nothing is left of before
  await turn();
  for (const name of ['2', '4 later', '3 later', '99 later']) await end(name);
  expect(started.slice(2)).toEqual(['2', '4 later', '3 later', '99 later']);
  await Promise.all(all);
});

test('an abort frees the place, in the queue and while it runs', async () => {
  const { task, started, end } = tasks();
  const gate = new Gate({ concurrency: 1 });
  const [running, queued] = [new AbortController(), new AbortController()];
  const first = gate.run(1, true, running.signal, task('first')).catch((error: unknown) => error);
  const second = gate.run(2, true, queued.signal, task('second')).catch((error: unknown) => error);
  const third = gate.run(3, true, never, task('third'));
  await turn();
  queued.abort('queued');
  running.abort('running');
  await turn();
  gate.promote(2); // is not there any more
  expect(await Promise.all([first, second])).toEqual(['running', 'queued']);
  await until(() => started.includes('third'));
  expect(started).toEqual(['first', 'third']);
  await end('third');
  await third;
});

test('a waiting call leaves nothing behind: the same number in the background is in the background', async () => {
  const { task, started, end } = tasks();
  const gate = new Gate({ concurrency: 1 });
  await gate.run(1, true, never, () => Promise.resolve());
  const all = [0, 2, 1].map((id) => gate.run(id, false, never, task(String(id))));
  await turn();
  for (const name of ['0', '2', '1']) await end(name);
  expect(started).toEqual(['0', '2', '1']);
  await Promise.all(all);
});

test('a task that fails fails its caller, and frees its place', async () => {
  const gate = new Gate({ concurrency: 1 });
  await expect(gate.run(1, true, never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate.run(2, true, never, () => Promise.resolve('yes'))).toBe('yes');
});

/** A source that answers when the test says so; keys are told apart by their scope. */
function held(): {
  source: FetchToken;
  asked: string[];
  answer: (scope: string, token?: Partial<FetchedToken>) => Promise<void>;
} {
  const asked: string[] = [];
  const answers = new Map<string, (token: FetchedToken) => void>();
  return {
    asked,
    source: ({ scope }) => {
      asked.push(String(scope));
      return new Promise((resolve) => answers.set(String(scope), resolve));
    },
    answer: async (scope, token = {}) => {
      answers.get(scope)!({ accessToken: `tok-${scope}`, expiresInMs: 100_000, ...token });
      await turn();
    },
  };
}

test('through a handle: a cold call overtakes an early refresh that is queued', async () => {
  const { source, asked, answer } = held();
  const clock = manualClock();
  const handle = handleOf(source, {
    tokenRequests: { concurrency: 1 },
    clock,
    random: () => 0,
    tokenTimeoutMs: 60_000,
  });
  const first = handle.getToken({ scope: 'early' });
  await turn();
  await answer('early');
  await first;
  await clock.advance(85_000); // stale
  const busy = handle.getToken({ scope: 'busy' });
  await turn();
  await handle.getToken({ scope: 'early' }); // served, and refreshed in the background: queued
  const cold = handle.getToken({ scope: 'cold' });
  await turn();
  await answer('busy');
  expect(asked).toEqual(['early', 'busy', 'cold']);
  await answer('cold');
  expect(asked).toEqual(['early', 'busy', 'cold', 'early']);
  await answer('early', { accessToken: 'tok-early-2' });
  await Promise.all([busy, cold]);
});

test('the deadline counts the time in the queue', async () => {
  const { source, asked, answer } = held();
  const clock = manualClock();
  const handle = handleOf(source, { tokenRequests: { concurrency: 1 }, clock, tokenTimeoutMs: 1000 });
  const first = handle.getToken({ scope: 'a' });
  await clock.advance(500);
  const queued = handle.getToken({ scope: 'b' }).catch((error: unknown) => error);
  await clock.advance(499);
  await answer('a');
  await first;
  await clock.advance(500);
  await clock.advance(1);
  expect(await queued).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
  expect(asked).toEqual(['a', 'b']);
});

test('maxPerInterval: the requests of an interval are counted, the rest waits for the next', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const started: number[] = [];
    const gate = new Gate({ intervalMs: 1000, maxPerInterval: 2 });
    const all = [1, 2, 3].map((id) => gate.run(id, true, never, () => Promise.resolve(started.push(id))));
    await turn();
    expect(started).toEqual([1, 2]);
    await jest.advanceTimersByTimeAsync(1001);
    await Promise.all(all);
    expect(started).toEqual([1, 2, 3]);
  } finally {
    jest.useRealTimers();
  }
});

test('maxPerInterval: the interval slides', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    const started: number[] = [];
    const gate = new Gate({ intervalMs: 1000, maxPerInterval: 2 });
    const pass = (id: number) => gate.run(id, true, never, () => Promise.resolve(started.push(id)));
    await pass(1);
    await jest.advanceTimersByTimeAsync(900);
    const all = [2, 3, 4].map(pass);
    await jest.advanceTimersByTimeAsync(110);
    expect(started).toEqual([1, 2, 3]);
    await jest.advanceTimersByTimeAsync(900);
    await Promise.all(all);
  } finally {
    jest.useRealTimers();
  }
});

describe('the message at the deadline says what held it up', () => {
  test('a turn that did not come, and an answer that did not come', async () => {
    const clock = manualClock();
    const auth = handleOf(clientCredentials({ ...client, tokenUrl: () => new Promise<never>(() => undefined) }), {
      clock,
      tokenTimeoutMs: 1000,
      tokenRequests: { maxPerInterval: 1, intervalMs: 60_000 },
    });
    const calls = ['a', 'b'].map((scope) => rejection(auth.getToken({ scope })));
    await clock.advance(1000);
    expect(await Promise.all(calls)).toMatchObject([
      { code: 'ERR_TOKEN_TIMEOUT', message: expect.stringContaining('did not answer') },
      { code: 'ERR_TOKEN_TIMEOUT', message: expect.stringContaining('waiting for its turn (`tokenRequests`)') },
    ]);
  });
});

describe('keys that have failed last', () => {
  const suspect = true;

  test('have half of the places at most: the other half is for the rest', async () => {
    const { task, started, end } = tasks();
    const gate = new Gate({ concurrency: 4 });
    const all = ['s1', 's2', 's3'].map((name, id) => gate.run(id, true, never, task(name), suspect));
    all.push(...['a', 'b', 'c'].map((name, id) => gate.run(10 + id, true, never, task(name))));
    await turn();
    expect([...started].sort()).toEqual(['a', 'b', 's1', 's2']);
    await end('s1'); // its place in the half is the next suspect's; its place among all is for who was first there
    expect(started.at(-1)).toBe('c');
    await end('a');
    expect(started.at(-1)).toBe('s3');
    for (const name of ['b', 'c', 's2', 's3']) await end(name);
    await Promise.all(all);
  });

  test('have half of an interval at most', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const started: number[] = [];
      const gate = new Gate({ intervalMs: 1000, maxPerInterval: 4 });
      const pass = (id: number, hasFailed: boolean) =>
        gate.run(id, true, never, () => Promise.resolve(started.push(id)), hasFailed);
      const all = [1, 2, 3, 4].map((id) => pass(id, suspect));
      all.push(...[5, 6].map((id) => pass(id, !suspect)));
      await turn();
      expect(started.sort()).toEqual([1, 2, 5, 6]);
      await jest.advanceTimersByTimeAsync(1001);
      await Promise.all(all);
    } finally {
      jest.useRealTimers();
    }
  });

  test('a single place is theirs, too', async () => {
    const gate = new Gate({ concurrency: 1 });
    expect(await gate.run(1, true, never, () => Promise.resolve('token'), suspect)).toBe('token');
  });

  test('a waiting call goes before what was queued in the background', async () => {
    const { task, started, end } = tasks();
    const gate = new Gate({ concurrency: 2 });
    const all = [
      gate.run(1, false, never, task('first'), suspect),
      gate.run(2, false, never, task('background'), suspect),
      gate.run(3, true, never, task('urgent'), suspect),
    ];
    await turn();
    await end('first');
    expect(started).toEqual(['first', 'urgent']);
    for (const name of ['urgent', 'background']) await end(name);
    await Promise.all(all);
  });

  test('one that somebody waits for now is promoted: among the suspects, and then among all', async () => {
    const { task, started, end } = tasks();
    const gate = new Gate({ concurrency: 2 });
    const all = [1, 2, 3].map((id) => gate.run(id, false, never, task(`s${id}`), suspect));
    all.push(...['a', 'b', 'c'].map((name, id) => gate.run(10 + id, false, never, task(name))));
    await turn();
    expect([...started].sort()).toEqual(['a', 's1']);
    gate.promote(3);
    await end('s1'); // 's3' is the suspect to go on, behind 'b' and 'c'
    await turn();
    await end('a');
    expect(started).toContain('s3');
    for (const name of ['b', 's3', 'c', 's2']) await end(name);
    await Promise.all(all);
    expect(started.indexOf('s3')).toBeLessThan(started.indexOf('s2'));
  });

  test('an abort frees the place: waiting for the half, waiting behind it, and while it runs', async () => {
    const { task, started, end } = tasks();
    const gate = new Gate({ concurrency: 2 });
    const aborts = [1, 2, 3].map(() => new AbortController());
    const busy = [1, 2].map((id) => gate.run(id, true, never, task(`busy${id}`)));
    const suspects = aborts.map(({ signal }, id) =>
      gate.run(10 + id, true, signal, task(`s${id}`), suspect).catch((error: unknown) => error),
    );
    const last = gate.run(20, true, never, task('last'), suspect);
    await turn();
    aborts[1]!.abort('in the half');
    aborts[0]!.abort('behind it');
    await turn();
    for (const id of [1, 2]) await end(`busy${id}`);
    expect(started).toEqual(['busy1', 'busy2', 's2']);
    aborts[2]!.abort('running');
    expect(await Promise.all(suspects)).toEqual(['behind it', 'in the half', 'running']);
    await until(() => started.includes('last'));
    await end('last');
    await Promise.all([...busy, last]);
  });
});
