import { describeRedis } from '../support/redis-server.js';
import { all, expectAllServed, PATIENT, startFleet, total, until, untilShared } from './fleet.js';

describeRedis('a fleet whose token is revoked', () => {
  test('makes one further token request for all calls of 8 processes', async () => {
    const { members, server, upstream, issued } = await startFleet({ members: 8, ...PATIENT });
    await all(members, (member) => member.calls(1));
    server.revokeAll();
    expect(total(await all(members, (member) => member.calls(100)))).toEqual({ 200: 800 });
    expect(upstream.stats().rejected).toBeGreaterThanOrEqual(8);
    expect(await all(members, (member) => member.token())).toEqual(Array(8).fill(issued[1]));
    expect(server.stats().requests).toBe(2);
  });

  test('makes one further token request while calls go on', async () => {
    const { members, server, issued } = await startFleet({ members: 4, ...PATIENT });
    await all(members, (member) => member.go());
    for (const nth of [1, 2, 3]) {
      await untilShared(members, () => issued[nth - 1]);
      server.revokeAll();
      await untilShared(members, () => issued[nth]);
      expect(server.stats().requests).toBe(nth + 1);
    }
    expectAllServed(await all(members, (member) => member.halt()));
    expect(server.stats().requests).toBe(4);
  });

  test('uses the token that ended the one before, without another request', async () => {
    const { members, server, upstream, issued } = await startFleet({
      members: 4,
      ...PATIENT,
      server: { reissue: 'replaces' },
      source: { reissue: 'replaces' },
    });
    await all(members, (member) => member.calls(1));
    await members[0]!.refresh();
    await all(members, (member) => member.go());
    await untilShared(members, () => issued[1]);
    expectAllServed(await all(members, (member) => member.halt()));
    expect(upstream.stats().rejected).toBeGreaterThanOrEqual(3); // they have found out by that
    expect(server.stats().requests).toBe(2);
  });

  test('gets on where a process uses a token that nobody else has ended', async () => {
    const { members, server, issued } = await startFleet({ members: 2, ...PATIENT });
    await all(members, (member) => member.calls(1));
    await members[0]!.invalidate();
    expectAllServed(await all(members, (member) => member.calls(20)));
    await until('the second has been issued', () => issued.length === 2);
    expect(await members[0]!.token()).toBe(issued[1]);
    expect(await members[1]!.token()).toBe(issued[0]); // still good
    expect(server.stats().requests).toBe(2);
  });
});
