import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { ProtectedApi } from '../../lib/testing/index.js';
import { clientCredentials } from '../../lib/index.js';
import { until } from '../support/turn.js';
import { attach, protectedApi, rejection, startTimedWorld, startWorld } from '../support/world.js';

const adapters = ['http', 'fetch'] as const;

async function textOf(data: unknown): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A gateway: the token endpoint is a path of the API, so that both may share one socket. */
async function gateway(): Promise<{ upstream: ProtectedApi; tokens: string[] }> {
  const tokens: string[] = [];
  const upstream = await protectedApi({ accepts: (token) => token === tokens.at(-1) && token !== 'token-1' });
  upstream.intercept(({ path }, response) => {
    if (path !== '/token') return false;
    tokens.push(`token-${tokens.length + 1}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: tokens.at(-1), expires_in: 60 }));
    return true;
  });
  return { upstream, tokens };
}

test.each([100, 60_000, 1_000_000])(
  'a streamed 401 of %i bytes does not hold the one socket that the token request needs',
  async (bytes) => {
    const { upstream, tokens } = await gateway();
    upstream.rejectNext(0);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const api = axios.create({ baseURL: upstream.url, httpAgent: agent, responseType: 'stream' });
    const tokenUrl = `${upstream.url}/token`;
    attach(api, clientCredentials({ tokenUrl, clientId: 'id', clientSecret: 'secret' }));
    const error = await rejection(api.get('/large-401', { params: { bytes } }));
    expect(error).toMatchObject({ response: { status: 401 } });
    (error as { response: { data: Readable } }).response.data.destroy();
    const answer = await api.get('/things');
    expect(JSON.parse(await textOf(answer.data))).toMatchObject({ path: '/things' });
    expect(tokens).toHaveLength(2);
    agent.destroy();
  },
);

describe.each(adapters)('with responseType stream and the %s adapter', (adapter) => {
  const streamed = { adapter, responseType: 'stream' } as const;

  test('a 401 is renewed and resent, and the caller gets the stream of the second answer', async () => {
    const { api, server, upstream } = await startWorld({ axios: streamed });
    upstream.rejectNext();
    const { status, data } = await api.get('/stream', { params: { bytes: 50_000 } });
    expect(status).toBe(200);
    expect(await textOf(data)).toHaveLength(50_000);
    expect(server.stats().requests).toBe(2);
  });

  test('a 401 that surfaces after it was read is offered again as a stream', async () => {
    const { api, server } = await startWorld({ axios: streamed });
    await api.get('/warm-up').then(({ data }) => textOf(data));
    server.revokeAll();
    server.fail({ status: 400, error: 'unauthorized_client' });
    const error = await rejection(api.get('/things'));
    expect(error).toMatchObject({ response: { status: 401 }, cause: { error: 'unauthorized_client' } });
    const { data } = (error as { response: { data: unknown } }).response;
    expect(JSON.parse(await textOf(data))).toMatchObject({ error: 'invalid_token' });
  });

  test('the same where validateStatus accepts it', async () => {
    const { api, server } = await startWorld({ axios: { ...streamed, validateStatus: () => true } });
    await api.get('/warm-up').then(({ data }) => textOf(data));
    server.revokeAll();
    server.fail({ status: 400, error: 'unauthorized_client' });
    const { status, data } = await api.get('/things');
    expect(status).toBe(401);
    expect(JSON.parse(await textOf(data))).toMatchObject({ error: 'invalid_token' });
  });

  test('of a 401 with more than 64 KiB the surfacing stream ends with an error that says why, not as if it were whole', async () => {
    const { api, server } = await startWorld({ axios: { ...streamed, validateStatus: () => true } });
    await api.get('/warm-up').then(({ data }) => textOf(data));
    server.fail({ status: 400, error: 'unauthorized_client' });
    const { data } = await api.get('/large-401', { params: { bytes: 5_000_000 } });
    expect(await rejection(textOf(data))).toMatchObject({ message: expect.stringContaining('cut off at 64 KiB') });
  });

  test('a 401 whose body does not end is given up after a second, and the call is resent', async () => {
    const { api, upstream, clock } = await startTimedWorld({ axios: streamed });
    await api.get('/warm-up').then(({ data }) => textOf(data));
    let sends = 0;
    upstream.intercept((_request, response) => {
      if (sends++ > 0) return false;
      response.writeHead(401).write('this goes on');
      return true;
    });
    const call = api.get('/things');
    await until(() => clock.pending === 1);
    await clock.advance(1000);
    const { data } = await call;
    expect(JSON.parse(await textOf(data))).toMatchObject({ path: '/things' });
    expect(sends).toBe(2);
  });

  test('an answer that is no rejection is passed on unread', async () => {
    const { api } = await startWorld({ axios: streamed });
    const { data } = await api.get('/stream', { params: { bytes: 1_000_000 } });
    expect(await textOf(data)).toHaveLength(1_000_000);
  });
});
