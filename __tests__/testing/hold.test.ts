import { ask, call, protectedApi, tokenServer } from './running.js';

describe('a hold', () => {
  it('lets requests arrive, be counted and wait, until release()', async () => {
    const server = await tokenServer();
    const hold = server.hold();
    const requests = [ask(server), ask(server), ask(server)];
    await hold.arrived(3);
    expect(hold.held).toBe(3);
    expect(server.stats()).toMatchObject({ requests: 3, issued: 0, concurrent: 3, maxConcurrent: 3 });
    hold.release();
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(hold.held).toBe(0);
    expect(server.stats()).toMatchObject({ issued: 3, concurrent: 0, maxConcurrent: 3 });
  });

  it('is over after release(): later requests pass, a new hold holds', async () => {
    const server = await tokenServer();
    server.hold().release();
    expect((await ask(server)).status).toBe(200);
    const second = server.hold();
    const request = ask(server);
    await second.arrived();
    second.release();
    expect((await request).status).toBe(200);
  });

  it('is the same one while it lasts', async () => {
    const server = await tokenServer();
    expect(server.hold()).toBe(server.hold());
  });

  it('gives faults out in the order of arrival', async () => {
    const server = await tokenServer();
    const hold = server.hold();
    const first = ask(server);
    await hold.arrived(1);
    const second = ask(server);
    await hold.arrived(2);
    server.fail({ status: 503 });
    hold.release();
    expect([(await first).status, (await second).status]).toEqual([503, 200]);
  });

  it('resolves arrived() at once for requests that came already, and rejects when they can come no more', async () => {
    const server = await tokenServer();
    const hold = server.hold();
    const request = ask(server);
    await hold.arrived();
    const tooMany = expect(hold.arrived(2)).rejects.toThrow('after 1 of the 2 requests');
    hold.release();
    hold.release();
    await tooMany;
    await request;
    await expect(hold.arrived()).resolves.toBeUndefined();
    await expect(hold.arrived(2)).rejects.toThrow('after 1 of the 2 requests');
  });

  it('of an API decides about the token on release', async () => {
    let good = true;
    const api = await protectedApi({ accepts: () => good });
    const hold = api.hold();
    const request = call(api, '/');
    await hold.arrived();
    expect(api.requests[0]).toMatchObject({ path: '/', status: undefined });
    good = false;
    hold.release();
    expect((await request).status).toBe(401);
    expect(api.requests[0]).toMatchObject({ path: '/', status: 401 });
  });
});
