import { describeRedis } from '../support/redis-server.js';
import { all, expectAllServed, PATIENT, startFleet, until, untilShared } from './fleet.js';

const MINUTE = 60_000;
const skews = [0, 10 * MINUTE, -10 * MINUTE, 90 * MINUTE];

describeRedis('a fleet whose clocks are wrong', () => {
  test('shares one token all the same: the clock of the Redis decides', async () => {
    const { members, server, issued } = await startFleet({ members: skews.map((skewMs) => ({ skewMs })), ...PATIENT });
    expectAllServed(await all(members, (member) => member.calls(50)));
    expect(await all(members, (member) => member.token())).toEqual(Array(4).fill(issued[0]));
    expect((await all(members, (member) => member.status())).map(({ state }) => state)).toEqual(Array(4).fill('fresh'));
    expect(server.stats().requests).toBe(1);
  });

  test('makes one token request a lifetime', async () => {
    const lifetimeMs = 3000;
    const { members, server, issuedAt } = await startFleet({
      members: skews.map((skewMs) => ({ skewMs })),
      ...PATIENT,
      server: { lifetimeSeconds: lifetimeMs / 1000 },
    });
    const startedAt = performance.now();
    await all(members, (member) => member.go());
    await until('the second successor is there', () => issuedAt.length >= 3);
    expectAllServed(await all(members, (member) => member.halt()));
    // What stalls a process makes the time longer, not the requests more. Four on their own would make four times as many.
    const mostly = (performance.now() - startedAt) / (lifetimeMs / 2);
    expect(issuedAt.length).toBeLessThanOrEqual(1 + mostly);
    expect(server.stats().requests).toBe(issuedAt.length);
  });

  test('makes at most one more when one of them is set, forward or back', async () => {
    const { members, server } = await startFleet({ members: 3, ...PATIENT });
    await all(members, (member) => member.go());
    await untilShared(members);
    await members[0]!.skew(90 * MINUTE); // further than the token lives
    await until('it has a token that it takes for fresh', async () => (await members[0]!.status()).state === 'fresh');
    expect(server.stats().requests).toBeLessThanOrEqual(2);
    await members[0]!.skew(-90 * MINUTE);
    await members[1]!.skew(-90 * MINUTE);
    const halted = await all(members, (member) => member.halt());
    expectAllServed([...halted, ...(await all(members, (member) => member.calls(20)))]);
    expect(server.stats().requests).toBeLessThanOrEqual(2);
  });
});
