import { describeRedis } from '../support/redis-server.js';
import { all, CLIENTS, PATIENT, startFleet, total, untilShared } from './fleet.js';

describeRedis('a fleet that starts cold', () => {
  test('makes one token request for 8 processes with 200 calls each', async () => {
    // One with each kind of client asks from time to time, and one is woken up.
    const kinds = [true, false].flatMap((subscribes) => CLIENTS.map((client) => ({ client, subscribes })));
    const { members, server, issued } = await startFleet({ members: kinds, ...PATIENT });
    const endpoint = server.hold();
    const calls = all(members, (member) => member.calls(200));
    await endpoint.arrived();
    endpoint.release();
    expect(total(await calls)).toEqual({ 200: 1600 });
    expect(await all(members, (member) => member.token())).toEqual(Array(8).fill(issued[0]));
    expect(server.stats()).toMatchObject({ requests: 1, issued: 1 });
    const told = await all(members, (member) => member.status());
    expect(total(told.map(({ events }) => events as Record<string, number>))).toEqual({
      'token:requested': 1,
      'token:issued': 1,
      'token:shared': 7,
    });
    await untilShared(members, () => issued[0]);
  });

  test('shares with processes that come later, whatever client they have', async () => {
    const { join, server, issued } = await startFleet({ members: 0, ...PATIENT });
    for (const client of CLIENTS) {
      const member = await join({ client });
      expect(await member.calls(10)).toEqual({ 200: 10 });
      expect(await member.token()).toBe(issued[0]);
    }
    expect(server.stats().requests).toBe(1);
  });

  test('asks Redis for nothing while its tokens are fresh', async () => {
    const { members, redis } = await startFleet({ members: 2, ...PATIENT });
    await untilShared(members);
    await redis.command('CONFIG', 'RESETSTAT');
    expect(total(await all(members, (member) => member.calls(200)))).toEqual({ 200: 400 });
    const theirs = Object.keys(await redis.commandStats()).filter((name) => !/^(info|config)/.test(name));
    expect(theirs).toEqual([]);
  });
});
