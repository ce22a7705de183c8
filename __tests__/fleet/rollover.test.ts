import { describeRedis } from '../support/redis-server.js';
import { all, expectAllServed, type FleetOptions, PATIENT, startFleet, until, untilShared } from './fleet.js';

const LIFETIME_MS = 4000;
const SHORT: Omit<FleetOptions, 'members'> = { ...PATIENT, server: { lifetimeSeconds: LIFETIME_MS / 1000 } };

describeRedis('a fleet whose token comes to its end', () => {
  test('makes one token request a lifetime, and every call goes on', async () => {
    const { members, server, issuedAt } = await startFleet({ members: 4, ...SHORT });
    const startedAt = performance.now();
    await all(members, (member) => member.go());
    await until('the third successor is there', () => issuedAt.length >= 4);
    expectAllServed(await all(members, (member) => member.halt()));
    // What stalls a process makes the time longer, not the requests more. Four on their own would make four times as many.
    const mostly = (performance.now() - startedAt) / (LIFETIME_MS / 2);
    expect(issuedAt.length).toBeLessThanOrEqual(1 + mostly);
    expect(server.stats().requests).toBe(issuedAt.length);
  });

  test('makes exactly one for each time that it has become stale everywhere', async () => {
    const { members, server, issued } = await startFleet({ members: 4, ...PATIENT });
    await all(members, (member) => member.calls(5));
    for (let successors = 1; successors <= 3; successors += 1) {
      await all(members, (member) => member.advance(3_500_000)); // of an hour
      expectAllServed(await all(members, (member) => member.calls(20)));
      await untilShared(members, () => issued[successors]);
      expect(server.stats().requests).toBe(1 + successors);
    }
  });

  test('makes exactly one for each time that it has expired everywhere', async () => {
    const { members, server, issued } = await startFleet({ members: 4, ...PATIENT });
    await all(members, (member) => member.calls(5));
    await all(members, (member) => member.advance(3_700_000));
    expectAllServed(await all(members, (member) => member.calls(100)));
    expect(await all(members, (member) => member.token())).toEqual(Array(4).fill(issued[1]));
    expect(server.stats().requests).toBe(2);
  });

  test('makes one a lifetime where a new token ends the old one', async () => {
    const { members, server, issuedAt } = await startFleet({
      members: 4,
      ...SHORT,
      server: { ...SHORT.server, reissue: 'replaces' },
      source: { reissue: 'replaces' },
    });
    const startedAt = performance.now();
    await all(members, (member) => member.go());
    await until('the second successor is there', () => issuedAt.length >= 3);
    expectAllServed(await all(members, (member) => member.halt()));
    // What stalls a process makes the time longer, not the requests more. Four on their own would make four times as many.
    const mostly = (performance.now() - startedAt) / (LIFETIME_MS / 2);
    expect(issuedAt.length).toBeLessThanOrEqual(1 + mostly);
    expect(server.stats().requests).toBe(issuedAt.length);
  });
});
