import axios, { type AxiosInstance } from 'axios';
import type { TokenHandle } from '../../lib/index.js';
import { attach, record, rejection, sourceOf } from '../support/world.js';
import { CLIENT, guide, play, type Section, sections, type Side, startServers, steps } from './sides.js';

// The steps of docs/migrating.md, and what its last table says of code that is not ours.

const [byHand, authRefresh, oauthClient] = sections as [Section, Section, Section];
const others = sections.filter((section) => section !== authRefresh);

describe('step by step', () => {
  const [beside, compare] = steps;
  const code = steps.map((block) => block.code).join('\n');

  test.each([
    ['0', 'old'],
    ['1', 'new'],
  ])('both are compared, and a share of %s goes to the %s one', async (NEW_TOKENS, which) => {
    const servers = await startServers();
    const { api } = await play(byHand.before, { servers });
    const env = { CLIENT_SECRET: CLIENT.clientSecret, NEW_TOKENS };
    const { printed, exported } = await play({ code }, { servers, env, given: { api } });
    expect(printed).toBe(compare!.output);
    expect(servers.server.stats().requests).toBe(2);
    const { client, next } = exported as { client: () => unknown; next: AxiosInstance };
    expect(client() === (which === 'new' ? next : api)).toBe(true);
  });

  test('what goes wrong with the new one is told', async () => {
    const elsewhere = `await next.get('https://elsewhere.invalid/').catch(() => {});`;
    const wrong = `await next.get('/things').catch(() => {});`;
    const { printed } = await play(
      { code: [beside!.code.replaceAll('console.warn', 'console.error'), elsewhere, wrong].join('\n') },
      { env: { CLIENT_SECRET: 'a wrong one' } },
    );
    expect(printed.split('\n')).toEqual([
      'sent without our token: origin',
      'no token: ERR_TOKEN_ENDPOINT 401 invalid_client',
    ]);
  });

  test('where a new token ends the earlier one, two holders end each other’s', async () => {
    const servers = await startServers({ reissue: 'replaces' });
    const { api } = await play(oauthClient.before, { servers });
    const { exported } = await play(beside!, { servers });
    await api.get('/things');
    await (exported.next as AxiosInstance).get('/things');
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 401 } });
  });

  test.each(others.map((section): [string, Section] => [section.title, section]))(
    'an old interceptor that stays wins, and an event says so: %s',
    async (_title, { before }) => {
      const { api, server, upstream } = await play(before);
      const auth = attach(api, sourceOf(server));
      const events = record(auth);
      await api.get('/things');
      expect(events.all).toEqual([expect.objectContaining({ name: 'request:skipped', reason: 'own-credentials' })]);
      expect({ requests: server.stats().requests, held: auth.inspect() }).toEqual({ requests: 1, held: [] });
      expect(upstream.requests.map(({ status }) => status)).toEqual([200]);
    },
  );

  test('the one for axios-auth-refresh gets no token any more, and has nothing to do', async () => {
    const { api, server, upstream } = await play(authRefresh.before);
    const auth = attach(api, sourceOf(server));
    await api.get('/things');
    server.revokeAll();
    await api.get('/things');
    const { accessToken } = await auth.getToken();
    expect(upstream.requests.map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(upstream.requests.at(-1)!.token).toBe(accessToken);
    expect(server.stats().requests).toBe(2);
  });
});

describe('what your own code may notice', () => {
  const both = async (): Promise<[was: Side, is: Side]> => [await play(byHand.before), await play(byHand.after)];

  test('each row has a test here', () => {
    expect(guide.table('## What your own code may notice')).toHaveLength(7);
  });

  test.each(sections.map((section): [string, Section] => [section.title, section]))(
    'a call that gets no token: a TokenError in place of what the token request was rejected with: %s',
    async (_title, { before, after }) => {
      const servers = await startServers();
      servers.server.fail({ status: 400, error: 'invalid_scope' }, Infinity);
      const [was, is] = [await play(before, { servers }), await play(after, { servers })];
      expect(await rejection(was.api.get('/things'))).not.toHaveProperty('code', 'ERR_TOKEN_ENDPOINT');
      const error = await rejection(is.api.get('/things'));
      expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status: 400, error: 'invalid_scope' });
      expect(error).not.toHaveProperty('response');
    },
  );

  test('a 401 and no new token: the API’s 401 with the reason, in place of the reason', async () => {
    const errors = (await both()).map(async ({ api, server }) => {
      await api.get('/things');
      server.revokeAll();
      server.fail({ status: 400, error: 'invalid_client' }, Infinity);
      return rejection(api.get('/things'));
    });
    const [was, is] = await Promise.all(errors);
    expect(was).toMatchObject({ response: { status: 400 } });
    expect(is).toMatchObject({ response: { status: 401 }, cause: { code: 'ERR_TOKEN_ENDPOINT' } });
  });

  test('a resend does not pass through your interceptors again', async () => {
    const counts = (await both()).map(async ({ api, server }) => {
      let count = 0;
      await api.get('/things');
      api.interceptors.request.use((config) => ((count += 1), config));
      server.revokeAll();
      await api.get('/things');
      return count;
    });
    expect(await Promise.all(counts)).toEqual([2, 1]);
  });

  test('a secret that is not set is an error at start-up', async () => {
    const was = await play(byHand.before, { env: {} });
    expect(await rejection(was.api.get('/things'))).toMatchObject({ response: { status: 401 } });
    expect(await rejection(play(byHand.after, { env: {} }))).toMatchObject({ code: 'ERR_TOKEN_CONFIG' });
  });

  test('other origins get the token when they are allowed', async () => {
    const { server, upstream, elsewhere } = await startServers();
    const api = axios.create({ baseURL: upstream.url });
    attach(api, sourceOf(server), { allowedOrigins: [upstream.url, elsewhere.url] });
    await api.get(`${elsewhere.url}/things`);
    expect(elsewhere.requests[0]!.token).toBeDefined();
  });

  test('a header in the defaults is overwritten no more: it is an error at start-up', async () => {
    const [was] = await both();
    was.api.defaults.headers.common.Authorization = 'Bearer left-over';
    await was.api.get('/things');
    expect(was.upstream.requests[0]!.token).not.toBe('left-over');
    expect(() => attach(was.api, sourceOf(was.server))).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_CONFIG' }));
  });

  test('plain http beyond this machine is an error at start-up, unless it is allowed', async () => {
    const { server } = await startServers();
    const attached = (allowInsecureHttp?: boolean): TokenHandle =>
      attach(axios.create({ baseURL: 'http://api.example.com' }), sourceOf(server), { allowInsecureHttp });
    expect(() => attached()).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_CONFIG' }));
    expect(attached(true).inspect()).toEqual([]);
  });
});
