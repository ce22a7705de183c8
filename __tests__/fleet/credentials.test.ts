import { describeRedis } from '../support/redis-server.js';
import { all, everythingIn, expectAllServed, type Member, PATIENT, startFleet } from './fleet.js';

const key = (id: string): { id: string; key: string } => ({
  id,
  key: Buffer.alloc(32, id).toString('base64'),
});
const sealedBy = (...ids: string[]): { store: NonNullable<Parameters<typeof startFleet>[0]['store']> } => ({
  store: { ...PATIENT.store, encryptionKeys: ids.map(key) },
});

describeRedis('what stands in Redis', () => {
  test.each([
    ['a readable token, but no client secret, without keys', PATIENT, /plain:.*tok_/, /a256gcm/],
    ['nothing but a sealed token with keys', sealedBy('one'), /a256gcm:one:/, /tok_|access_?token/i],
  ])('is %s', async (_what, settings, shown, hidden) => {
    const { members, redis, server } = await startFleet({ members: 2, ...PATIENT, ...settings });
    expectAllServed(await all(members, (member) => member.calls(5)));
    expect(await everythingIn(redis)).toMatch(shown);
    expect(await everythingIn(redis)).not.toMatch(hidden);
    server.fail({ status: 401, error: 'invalid_client', errorDescription: 'so it is' }, 1);
    await expect(members[0]!.refresh()).rejects.toThrow('so it is');
    expectAllServed(await all(members, (member) => member.calls(5)));
    expect(await everythingIn(redis)).not.toMatch(hidden); // the client secret: see the end of every test
  });
});

describeRedis('a fleet that changes', () => {
  test('its encryption keys, process by process, makes no token request for that', async () => {
    const { members, server, redis, join, issued } = await startFleet({ members: 3, ...PATIENT, ...sealedBy('old') });
    await all(members, (member) => member.go());
    const roll = async (...ids: string[]): Promise<void> => {
      for (const [index, member] of members.entries()) {
        const next = await join(sealedBy(...ids));
        await next.go();
        expectAllServed([await next.calls(5), await member.halt()]);
        await member.end();
        members[index] = next;
      }
    };
    await roll('old', 'new');
    await roll('new', 'old');
    expect(server.stats().requests).toBe(1);
    await members[0]!.refresh(); // sealed by the new one
    await roll('new');
    expect(server.stats().requests).toBe(2);
    expect(await all(members, (member) => member.token())).toEqual(Array(3).fill(issued[1]));
    expectAllServed(await all(members, (member) => member.halt()));
    expect(await everythingIn(redis)).toContain('new:');
  });

  test('them all at once: who cannot read a token gets another one, and no call fails', async () => {
    const { members, server, join } = await startFleet({ members: 1, ...PATIENT, ...sealedBy('old') });
    const [before] = members as [Member];
    await before.go();
    const after = [await join(sealedBy('new')), await join(sealedBy('new'))];
    expectAllServed(await all(after, (member) => member.calls(20)));
    expectAllServed([await before.halt(), await before.calls(20)]);
    expect(await after[1]!.token()).toBe(await after[0]!.token());
    expect(server.stats().requests).toBe(2);
  });

  test('its client secret: nobody uses a token of the other secret', async () => {
    const clients = [{ clientId: 'billing', clientSecret: 'the-old-secret' }];
    const { members, server, join, issued } = await startFleet({ members: 2, ...PATIENT, server: { clients } });
    await all(members, (member) => member.calls(5));
    clients[0]!.clientSecret = 'the-new-secret';
    const late = await join({ clientSecret: 'the-new-secret' });
    expect(await late.calls(5)).toEqual({ 200: 5 });
    expect(await late.token()).toBe(issued[1]);
    const stillOld = await join({ clientSecret: 'the-old-secret' });
    expect(await stillOld.calls(5)).toEqual({ 200: 5 });
    expect(await stillOld.token()).toBe(issued[0]);
    expect(await all(members, (member) => member.token())).toEqual([issued[0], issued[0]]);
    expect(server.stats()).toMatchObject({ issued: 2, refused: 0 });

    // They hear of the new one, and find that there is a token for it.
    await all([...members, stillOld], (member) => member.secret('the-new-secret'));
    server.revokeAll();
    expectAllServed(await all([...members, late, stillOld], (member) => member.calls(20)));
    expect(await all([...members, late, stillOld], (member) => member.token())).toEqual(Array(4).fill(issued[2]));
    expect(server.stats()).toMatchObject({ issued: 3, refused: 0 });
  });

  test('its client secret in some processes only: the refusal of the old one keeps nobody from a token', async () => {
    const clients = [{ clientId: 'billing', clientSecret: 'the-new-secret' }];
    const { members, server } = await startFleet({
      members: [{ clientSecret: 'the-old-secret' }, { clientSecret: 'the-new-secret' }],
      ...PATIENT,
      server: { clients },
    });
    const [old, fresh] = members as [Member, Member];
    const [[refusal]] = [Object.keys(await old.calls(20))];
    expect(refusal).toMatch(/^ERR_TOKEN_ENDPOINT: .*invalid_client/);
    expect(await fresh.calls(20)).toEqual({ 200: 20 });
    expect(server.stats()).toMatchObject({ issued: 1 });
  });
});
