import axios from 'axios';
import type { ProtectedApi, TokenServer } from '../../lib/testing/index.js';
import { attach, protectedApi, record, rejection, sourceOf, tokenServer } from '../support/world.js';

/** A token endpoint whose answers name the address of the API, by tenant. */
async function addressed(): Promise<{ server: TokenServer; apis: Record<string, ProtectedApi> }> {
  const apis: Record<string, ProtectedApi> = {};
  const server = await tokenServer({
    answer: ({ parameters }, token) => ({ ...token, instance_url: `${apis[parameters.tenant ?? 'a']!.url}/v1/` }),
  });
  for (const name of ['a', 'b']) apis[name] = await protectedApi({ accepts: server });
  return { server, apis };
}

const baseURL = ({ response }: { response: unknown }): string => (response as { instance_url: string }).instance_url;

test('a relative URL goes to the address that came with the token', async () => {
  const { server, apis } = await addressed();
  const api = axios.create();
  attach(api, sourceOf(server, { baseURL }));
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(await api.get('other')).toMatchObject({ status: 200 });
  expect(apis.a!.requests.map(({ path }) => path)).toEqual(['/v1/things', '/v1/other']);
});

test('each tenant reaches his own address with his own token, also when it is refused', async () => {
  const { server, apis } = await addressed();
  const api = axios.create();
  attach(api, sourceOf(server, { baseURL, params: { tenant: ({ tenant }) => tenant } }));
  for (const tenant of ['a', 'b']) apis[tenant]!.rejectNext();
  await Promise.all(['a', 'b', 'a', 'b'].map((tenant) => api.get(`/${tenant}`, { token: { tenant } })));
  for (const tenant of ['a', 'b']) {
    expect(new Set(apis[tenant]!.requests.map(({ path }) => path))).toEqual(new Set([`/v1/${tenant}`]));
    expect(apis[tenant]!.stats()).toMatchObject({ accepted: 2, rejected: 1 });
  }
});

test('a renewed token that comes with another address: the resend goes there', async () => {
  const { server, apis } = await addressed();
  const api = axios.create();
  attach(api, sourceOf(server, { baseURL }));
  await api.get('/warm-up');
  server.revokeAll();
  apis.a = apis.b!;
  const { data } = await api.get<{ path: string }>('/things');
  expect(data.path).toBe('/v1/things');
  expect(apis.b!.requests.map(({ path, status }) => [path, status])).toEqual([['/v1/things', 200]]);
});

test("the request's own baseURL comes before it, and does not get the token if it is another origin", async () => {
  const { server, apis } = await addressed();
  const elsewhere = await protectedApi({ accepts: server });
  const api = axios.create();
  const events = record(attach(api, sourceOf(server, { baseURL })));
  await api.get('/public', { baseURL: elsewhere.url });
  expect(elsewhere.requests.map(({ token }) => token)).toEqual([undefined]);
  await api.get('/things', { baseURL: `${apis.a!.url}/v2` });
  expect(apis.a!.requests.map(({ path, token }) => [path, typeof token])).toEqual([['/v2/things', 'string']]);
  expect(events.of('request:skipped')).toMatchObject([{ reason: 'origin', origin: elsewhere.url }]);
});

test('the address of one token does not admit another: an absolute URL gets only the token that it belongs to', async () => {
  const { server, apis } = await addressed();
  const api = axios.create();
  attach(api, sourceOf(server, { baseURL, params: { tenant: ({ tenant }) => tenant } }));
  await api.get(`${apis.b!.url}/public`, { token: { tenant: 'a' } });
  await api.get(`${apis.b!.url}/things`, { token: { tenant: 'b' } });
  expect(apis.b!.requests.map(({ path, token }) => [path, typeof token])).toEqual([
    ['/public', 'undefined'],
    ['/things', 'string'],
  ]);
});

test('the config of an error or of an answer, sent again, takes the address of the new token', async () => {
  const { server, apis } = await addressed();
  const api = axios.create();
  const auth = attach(api, sourceOf(server, { baseURL }));
  apis.a!.intercept((_request, response) => {
    apis.a!.intercept();
    return !!response.writeHead(503).end();
  });
  const failed = (await rejection(api.get('/things'))) as { config: object };
  const { config } = await api.get('/things');
  auth.invalidate();
  apis.a = apis.b!;
  await api.request({ ...failed.config, url: '/again' });
  await api.request(config);
  expect(apis.b!.requests.map(({ path }) => path)).toEqual(['/v1/again', '/v1/things']);
});

test('a function that gives no address fails the call, and nothing is sent', async () => {
  const { server, apis } = await addressed();
  const api = axios.create();
  attach(
    api,
    sourceOf(server, {
      baseURL: () => {
        throw new TypeError('no instance_url in the answer');
      },
    }),
  );
  expect(await rejection(api.get('/things'))).toMatchObject({ message: 'no instance_url in the answer' });
  expect(apis.a!.requests).toHaveLength(0);
});
