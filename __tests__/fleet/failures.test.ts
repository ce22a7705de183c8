import { describeRedis } from '../support/redis-server.js';
import { all, PATIENT, startFleet, total, until } from './fleet.js';

describeRedis('a fleet whose token endpoint', () => {
  test.each([
    ['is out of order', { status: 503 }, 3],
    ['refuses the client', { status: 401, error: 'invalid_client' }, 1],
  ])('%s backs off as one, and recovers as one', async (_how, fault, attempts) => {
    const { members, server, issued } = await startFleet({ members: 8, ...PATIENT });
    server.fail(fault, Infinity);
    await all(members, (member) => member.go());
    const failures = async (): Promise<number> =>
      Math.max(...(await all(members, (member) => member.status())).map((status) => status.failures ?? 0));
    await until('it has failed three times in a row', async () => (await failures()) >= 3);
    // With 8 that know nothing of each other it would be eight times as many.
    const { requests } = server.stats();
    expect(requests).toBeGreaterThanOrEqual(3);
    expect(requests).toBeLessThanOrEqual(attempts * ((await failures()) + 1));
    server.heal();
    await until('calls of all are served', async () =>
      (await all(members, (member) => member.status())).every(({ ends }) => (ends[200] ?? 0) > 0),
    );
    const ends = await all(members, (member) => member.halt());
    for (const end of Object.keys(total(ends))) expect(end).toMatch(/^(200$|ERR_TOKEN_ENDPOINT: )/);
    expect(await all(members, (member) => member.token())).toEqual(Array(8).fill(issued[0]));
    expect(server.stats().issued).toBe(1);
  });

  test('is out of order while the token is still good: no call notices', async () => {
    const { members, server } = await startFleet({ members: 4, ...PATIENT });
    await all(members, (member) => member.calls(1));
    server.fail({ status: 503 }, Infinity);
    await all(members, (member) => member.advance(3_500_000)); // stale, of an hour
    expect(total(await all(members, (member) => member.calls(50)))).toEqual({ 200: 200 });
    await until('all know of the failure', async () =>
      (await all(members, (member) => member.status())).every(({ failures, refreshing }) => failures && !refreshing),
    );
    expect(total(await all(members, (member) => member.calls(50)))).toEqual({ 200: 200 });
    expect(server.stats()).toMatchObject({ issued: 1 });
  });
});
