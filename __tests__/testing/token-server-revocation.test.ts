import { ask, basic, json, tokenOf, tokenServer } from './running.js';

type Server = Awaited<ReturnType<typeof tokenServer>>;

const client = { client_id: 'test-client', client_secret: 'test-secret' };
const revoke = ({ revocationUrl }: Server, parameters: Record<string, string>, more: RequestInit = {}) =>
  fetch(revocationUrl, { method: 'POST', body: new URLSearchParams(parameters), ...more });

describe('the revocation endpoint', () => {
  it('ends a token of the client that asks, whether it says who it is in the body or in the header', async () => {
    const server = await tokenServer();
    const ways: [Record<string, string>, RequestInit][] = [
      [client, {}],
      [{}, { headers: { authorization: basic('test-client:test-secret') } }],
    ];
    for (const [parameters, init] of ways) {
      const token = await tokenOf(server);
      const response = await revoke(server, { token, token_type_hint: 'access_token', ...parameters }, init);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
      expect(server.isActive(token)).toBe(false);
    }
    expect(server.requests.at(-1)).toMatchObject({ path: '/oauth2/revoke', clientId: 'test-client' });
  });

  it('answers 200 for a token that it does not know', async () => {
    expect((await revoke(await tokenServer(), { token: 'nobody knows it', ...client })).status).toBe(200);
  });

  it.each<[string, number, string, Record<string, string>, RequestInit]>([
    ['a wrong secret', 401, 'invalid_client', { token: 'x', ...client, client_secret: 'no' }, {}],
    ['no client', 401, 'invalid_client', { token: 'x' }, {}],
    ['no token', 400, 'invalid_request', client, {}],
    ['another method', 405, 'invalid_request', { token: 'x', ...client }, { method: 'PUT' }],
    ['JSON', 400, 'invalid_request', {}, { body: '{}', headers: { 'content-type': 'application/json' } }],
  ])('refuses %s', async (_what, status, error, parameters, init) => {
    const server = await tokenServer();
    const response = await revoke(server, parameters, init);
    expect(response.status).toBe(status);
    expect(await json(response)).toMatchObject({ error });
    expect(server.stats()).toMatchObject({ requests: 1, refused: 1, issued: 0 });
  });

  it("refuses a token of another client, and doesn't end it", async () => {
    const clients = ['one', 'two'].map((clientId) => ({ clientId, clientSecret: 's' }));
    const server = await tokenServer({ clients });
    const token = await tokenOf(server);
    const response = await revoke(server, { token, client_id: 'two', client_secret: 's' });
    expect(response.status).toBe(400);
    expect(await json(response)).toMatchObject({ error: 'invalid_grant' });
    expect(server.isActive(token)).toBe(true);
  });

  it('meets no fault: those are for token requests; but waits at a gate', async () => {
    const server = await tokenServer();
    const token = await tokenOf(server);
    server.fail({ status: 503 });
    const hold = server.hold();
    const answer = revoke(server, { token, ...client });
    await hold.arrived();
    expect(server.isActive(token)).toBe(true);
    hold.release();
    expect((await answer).status).toBe(200);
    expect((await ask(server)).status).toBe(503);
  });
});
