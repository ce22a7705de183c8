import { describeRedis, startRedis } from '../support/redis-server.js';
import {
  afterwards,
  all,
  expectAllServed,
  type FleetOptions,
  type Member,
  startFleet,
  until,
  untilShared,
} from './fleet.js';

// Tokens are short-lived, so that there is always something to ask the Redis for. A slow machine may take longer for an answer than
// a Redis is waited for: that is one more outage, which changes nothing here.
const TESTED: Omit<FleetOptions, 'members'> = {
  server: { lifetimeSeconds: 2 },
  store: { timeoutMs: 250, leaseMs: 2000 },
};

describeRedis('a fleet without its Redis', () => {
  test('works from the start, each process by itself, and shares when there is one', async () => {
    const redis = await startRedis();
    afterwards(() => redis.stop());
    await redis.kill();
    const { members, server } = await startFleet({ members: 4, redis: [redis], isReachable: false, ...TESTED });
    expectAllServed(await all(members, (member) => member.calls(20)));
    expect(server.stats().requests).toBeGreaterThanOrEqual(4);
    await expectDegraded(members);
    await all(members, (member) => member.go());
    await redis.restart();
    await expectRecovered(members);
  });

  test('works on when it is killed, and shares again when it comes back empty', async () => {
    const { members, redis, issued } = await startFleet({ members: 4, ...TESTED });
    await all(members, (member) => member.go());
    await untilShared(members);
    await redis.kill();
    await untilDegraded(members);
    const before = issued.length;
    await until('each has its own token', async () => issued.length >= before + 4);
    await redis.restart();
    await expectRecovered(members);
  });

  test('works on when it hangs, and shares again when it goes on', async () => {
    const { members, redis, issued } = await startFleet({ members: 4, ...TESTED });
    await all(members, (member) => member.go());
    await untilShared(members);
    redis.pause();
    await untilDegraded(members);
    const before = issued.length;
    await until('each has its own token', async () => issued.length >= before + 4);
    redis.resume();
    await expectRecovered(members);
  });

  test('starts while it hangs', async () => {
    const redis = await startRedis();
    afterwards(() => redis.stop());
    const { members, join } = await startFleet({ members: 0, redis: [redis], isReachable: false, ...TESTED });
    redis.pause();
    members.push(...(await Promise.all([join(), join(), join(), join()])));
    expectAllServed(await all(members, (member) => member.calls(20)));
    await expectDegraded(members);
    await all(members, (member) => member.go());
    redis.resume();
    await expectRecovered(members);
  });

  test('shares with a process that starts after it came back empty', async () => {
    const { members, redis, issued, join } = await startFleet({ members: 2, store: { timeoutMs: 20_000 } });
    await untilShared(members);
    await redis.restart();
    const third = await join();
    const fourth = await join();
    expectAllServed(await all([...members, third, fourth], (member) => member.calls(20)));
    expect(await all(members, (member) => member.token())).toEqual([issued[0], issued[0]]);
    expect(await all([third, fourth], (member) => member.token())).toEqual([issued[1], issued[1]]);
    expect(issued).toHaveLength(2);
  });

  test('survives that all scripts are forgotten, that it refuses to write, and that it is full', async () => {
    const { members, redis, join, issued } = await startFleet({ members: 1, store: { timeoutMs: 20_000 } });
    await members[0]!.calls(1);
    await redis.command('SCRIPT', 'FLUSH');
    const second = await join();
    expect(await second.calls(5)).toEqual({ 200: 5 });
    expect(await second.token()).toBe(issued[0]);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const third = await join();
    expect(await third.calls(5)).toEqual({ 200: 5 });
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
    const fourth = await join();
    expect(await fourth.calls(5)).toEqual({ 200: 5 });
  });
});

async function expectDegraded(members: readonly Member[]): Promise<void> {
  for (const { store, events, storeErrors } of await all(members, (member) => member.status())) {
    expect(store).toBe('degraded');
    expect(events['store:error']).toBeGreaterThanOrEqual(1);
    expect(storeErrors).not.toContain('');
  }
}

function untilDegraded(members: readonly Member[]): Promise<void> {
  return until('all are degraded', async () =>
    (await all(members, (member) => member.status())).every(({ store }) => store === 'degraded'),
  );
}

/** They share again, have said so, and no call has failed. */
async function expectRecovered(members: readonly Member[]): Promise<void> {
  await untilShared(members);
  for (const { events } of await all(members, (member) => member.status()))
    expect(events['store:recovered']).toBeGreaterThanOrEqual(1);
  expectAllServed(await all(members, (member) => member.halt()));
}
