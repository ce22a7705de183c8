import { ask, json, tokenOf, tokenServer } from './running.js';

describe('a token', () => {
  it('lives for lifetimeSeconds of the server clock', async () => {
    let time = 1_000_000;
    const server = await tokenServer({ lifetimeSeconds: 1.5, now: () => time });
    const answer = await json(await ask(server, { scope: 'read' }));
    const token = answer.access_token as string;
    expect(answer.expires_in).toBe(1.5);
    expect(server.describe(token)).toEqual({
      clientId: 'test-client',
      scope: 'read',
      issuedAt: 1_000_000,
      expiresAt: 1_001_500,
    });
    time += 1_499;
    expect(server.isActive(token)).toBe(true);
    time += 1;
    expect(server.isActive(token)).toBe(false);
    expect(server.describe(token)).toBeDefined();
  });

  it('has the lifetime that a function gives to the request, none for undefined', async () => {
    const server = await tokenServer({
      lifetimeSeconds: ({ parameters }) => (parameters.scope === undefined ? undefined : 60),
    });
    expect(await json(await ask(server, { scope: 'short' }))).toMatchObject({ expires_in: 60 });
    const endless = await json(await ask(server));
    expect(endless).not.toHaveProperty('expires_in');
    expect(server.describe(endless.access_token as string)?.expiresAt).toBeUndefined();
    expect(server.isActive(endless.access_token as string)).toBe(true);
  });

  it('ends when it is revoked, alone or with all others', async () => {
    const server = await tokenServer();
    const [one, two, three] = [await tokenOf(server), await tokenOf(server), await tokenOf(server)];
    server.revoke(one);
    server.revoke('unknown');
    expect([one, two, three].map(server.isActive)).toEqual([false, true, true]);
    server.revokeAll();
    expect([one, two, three].map(server.isActive)).toEqual([false, false, false]);
    expect(server.isActive(await tokenOf(server))).toBe(true);
  });

  it('that was never issued is neither active nor described', async () => {
    const server = await tokenServer();
    expect(server.isActive('tok_guess')).toBe(false);
    expect(server.describe('tok_guess')).toBeUndefined();
  });
});

describe('asking again', () => {
  it('independent: gives another token beside the first', async () => {
    const server = await tokenServer();
    const [first, second] = [await tokenOf(server), await tokenOf(server)];
    expect(second).not.toBe(first);
    expect([first, second].map(server.isActive)).toEqual([true, true]);
  });

  it('same: gives the same token with what is left of its life, and a new one after its end', async () => {
    let time = 0;
    const server = await tokenServer({ reissue: 'same', lifetimeSeconds: 10, now: () => time });
    const first = await tokenOf(server);
    time = 4_000;
    expect(await json(await ask(server))).toMatchObject({ access_token: first, expires_in: 6 });
    time = 10_000;
    expect(await json(await ask(server))).toMatchObject({
      access_token: expect.not.stringContaining(first) as unknown,
      expires_in: 10,
    });
  });

  it('extends: gives the same token with a new life', async () => {
    let time = 0;
    const server = await tokenServer({ reissue: 'extends', lifetimeSeconds: 10, now: () => time });
    const first = await tokenOf(server);
    time = 4_000;
    expect(await json(await ask(server))).toMatchObject({ access_token: first, expires_in: 10 });
    expect(server.describe(first)).toMatchObject({ issuedAt: 0, expiresAt: 14_000 });
  });

  it('replaces: gives a new token and revokes the first, of the same scope only', async () => {
    const server = await tokenServer({ reissue: 'replaces' });
    const other = await tokenOf(server, { scope: 'other' });
    const first = await tokenOf(server, { scope: 'a b' });
    const second = await tokenOf(server, { scope: 'b a' });
    expect([other, first, second].map(server.isActive)).toEqual([true, false, true]);
  });

  it('same: gives a new token once the first was revoked', async () => {
    const server = await tokenServer({ reissue: 'same' });
    const first = await tokenOf(server);
    server.revoke(first);
    expect(await tokenOf(server)).not.toBe(first);
  });
});
