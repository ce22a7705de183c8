import { describeRedis } from '../support/redis-server.js';
import { all, expectAllServed, type Member, PATIENT, startFleet, until } from './fleet.js';

const LEASED = { ...PATIENT, store: { timeoutMs: 20_000, leaseMs: 3000 } };

describeRedis('a fleet whose holder of the lease', () => {
  test('is killed while it asks: another one takes over, and the others are served', async () => {
    const { members, server, issued } = await startFleet({ members: 4, ...LEASED });
    const endpoint = server.hold();
    const calls = members.map((member) => member.calls(20));
    const ends = Promise.allSettled(calls);
    await endpoint.arrived();
    const holder = await holderOf(members);
    await untilWaiting(members);
    await holder.kill();
    await endpoint.arrived(2);
    endpoint.release();
    const others = members.filter((member) => member !== holder);
    const [dead, ...served] = (await ends).sort((one) => (one.status === 'rejected' ? -1 : 1));
    expect(dead?.status).toBe('rejected');
    expect(served).toEqual(Array(3).fill({ status: 'fulfilled', value: { 200: 20 } }));
    expect(await all(others, (member) => member.token())).toEqual(Array(3).fill(issued[1]));
    expect(server.stats().requests).toBe(2);
  });

  test.each([
    ['independent', 3_500_000], // of an hour: until then its own is good as well
    ['replaces', 0],
  ] as const)(
    'is stopped beyond the lease and goes on later: its token replaces no newer one (%s)',
    async (reissue, laterMs) => {
      const { members, server, issued, join } = await startFleet({
        members: 4,
        ...LEASED,
        server: { reissue },
        source: { reissue },
      });
      const endpoint = server.hold();
      const calls = members.map((member) => member.calls(20));
      await endpoint.arrived();
      const holder = await holderOf(members);
      await untilWaiting(members);
      holder.pause();
      await endpoint.arrived(2);
      endpoint.release();
      const others = members.filter((member) => member !== holder);
      const ofOthers = calls.filter((_calls, index) => members[index] !== holder);
      expectAllServed(await Promise.all(ofOthers));
      expect(await all(others, (member) => member.token())).toEqual(Array(3).fill(issued[1]));
      holder.resume();
      expectAllServed(await Promise.all(calls));
      const late = await join();
      expect(await late.calls(1)).toEqual({ 200: 1 });
      expect(await late.token()).toBe(issued[1]);
      await holder.advance(laterMs);
      expect(await holder.calls(5)).toEqual({ 200: 5 });
      await until('the holder has the newer one', async () => (await holder.token()) === issued[1]);
      expect(server.stats().requests).toBe(2);
    },
  );

  test('ends in good order while it asks: another one takes over at once', async () => {
    const { members, server, issued } = await startFleet({ members: 3, ...PATIENT });
    const endpoint = server.hold();
    const calls = members.map((member) => member.calls(20));
    await endpoint.arrived();
    const holder = await holderOf(members);
    await untilWaiting(members);
    await holder.end(); // the lease is one of 30 s
    await endpoint.arrived(2);
    endpoint.release();
    const others = members.filter((member) => member !== holder);
    expectAllServed(await Promise.all(calls.filter((_calls, index) => members[index] !== holder)));
    expect(await all(others, (member) => member.token())).toEqual(Array(2).fill(issued[1]));
    expect(server.stats().requests).toBe(2);
  });

  test('keeps it from others for ever: they ask by themselves before their time is over', async () => {
    const { members, server } = await startFleet({ members: 2, ...PATIENT, options: { tokenTimeoutMs: 5000 } });
    const endpoint = server.hold();
    const calls = members.map((member) => member.calls(20));
    await endpoint.arrived();
    await endpoint.arrived(2); // whether the lease had come to its end by then or not
    endpoint.release();
    expectAllServed(await Promise.all(calls));
  });
});

/** Who has asked the token endpoint. */
async function holderOf(members: readonly Member[]): Promise<Member> {
  const told = await all(members, (member) => member.status());
  const asking = members.filter((_member, index) => told[index]?.events['token:requested'] === 1);
  expect(asking).toHaveLength(1);
  return asking[0]!;
}

function untilWaiting(members: readonly Member[]): Promise<void> {
  return until('the calls of all wait', async () =>
    (await all(members, (member) => member.status())).every(({ waiting }) => waiting === 20),
  );
}
