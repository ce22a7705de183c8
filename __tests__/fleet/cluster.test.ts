import { describeRedis } from '../support/redis-server.js';
import { startCluster } from '../support/redis-topology.js';
import {
  afterwards,
  all,
  CLIENTS,
  expectAllServed,
  keysOf,
  PATIENT,
  startFleet,
  total,
  until,
  untilShared,
} from './fleet.js';

describeRedis('a fleet with a Redis Cluster of three nodes', () => {
  test('makes one token request, and one for each rollover, whatever client a process has', async () => {
    const cluster = await startCluster();
    afterwards(() => cluster.stop());
    const { members, server, issued } = await startFleet({
      members: CLIENTS.map((client) => ({ client })),
      redis: cluster.nodes,
      ...PATIENT,
    });
    expect(total(await all(members, (member) => member.calls(50)))).toEqual({ 200: 200 });
    expect(await all(members, (member) => member.token())).toEqual(Array(4).fill(issued[0]));
    expect(server.stats().requests).toBe(1);
    for (const successors of [1, 2]) {
      await all(members, (member) => member.advance(3_500_000)); // of an hour
      expectAllServed(await all(members, (member) => member.calls(20)));
      await untilShared(members, () => issued[successors]);
      expect(server.stats().requests).toBe(1 + successors);
    }
    server.revokeAll();
    expect(total(await all(members, (member) => member.calls(50)))).toEqual({ 200: 200 });
    expect(server.stats().requests).toBe(4);
  });

  test('keeps tokens of different scopes on different nodes', async () => {
    const cluster = await startCluster();
    afterwards(() => cluster.stop());
    const { members, server } = await startFleet({
      members: CLIENTS.map((client) => ({ client })),
      redis: cluster.nodes,
      ...PATIENT,
    });
    expect(total(await all(members, (member) => member.calls(48, 24)))).toEqual({ 200: 192 });
    expect(server.stats().requests).toBe(24);
    const names = (): Promise<string[][]> => Promise.all(cluster.nodes.map((node) => keysOf(node)));
    await until('all tokens have been written, and all leases ended', async () => {
      const written = (await names()).flat();
      return written.length === 24 && written.every((name) => !name.endsWith(':lease'));
    });
    expect((await names()).filter((ofNode) => ofNode.length > 0).length).toBeGreaterThan(1);
  });
});
