import axios, { type AxiosInstance } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { attach, rejection, sourceOf, tokenServer } from '../support/world.js';

interface Mocked {
  api: AxiosInstance;
  mock: MockAdapter;
  tokensAsked: () => number;
}

async function mocked(when: string): Promise<Mocked> {
  const server = await tokenServer();
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const early = when === 'before' ? new MockAdapter(api) : undefined;
  attach(api, sourceOf(server));
  return { api, mock: early ?? new MockAdapter(api), tokensAsked: () => server.stats().requests };
}

const authorizations = (mock: MockAdapter): unknown[] => mock.history.get.map(({ headers }) => headers?.Authorization);

describe.each(['before', 'after'])('axios-mock-adapter set up %s attachToken', (when) => {
  test('mocked calls carry a token, which the history shows, and token requests go to the real endpoint', async () => {
    const { api, mock, tokensAsked } = await mocked(when);
    mock.onGet('/things').reply(200, { ok: true });
    expect(await api.get('/things')).toMatchObject({ status: 200, data: { ok: true } });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(authorizations(mock)).toEqual(Array(2).fill(expect.stringMatching(/^Bearer tok_/)));
    expect(tokensAsked()).toBe(1);
  });

  test('a mocked 401 is renewed and resent; the history shows both tokens', async () => {
    const { api, mock, tokensAsked } = await mocked(when);
    mock.onGet('/things').replyOnce(401).onGet('/things').reply(200, 'done');
    expect(await api.get('/things')).toMatchObject({ status: 200, data: 'done' });
    const [first, second] = authorizations(mock);
    expect(second).toMatch(/^Bearer tok_/);
    expect(second).not.toBe(first);
    expect(tokensAsked()).toBe(2);
  });

  test('a mock that always says 401 gets two requests, and the error is its own', async () => {
    const { api, mock } = await mocked(when);
    mock.onGet('/things').reply(401, { reason: 'always' });
    expect(await rejection(api.get('/things'))).toMatchObject({
      response: { status: 401, data: { reason: 'always' } },
    });
    expect(mock.history.get).toHaveLength(2);
  });

  test('mocked network errors and timeouts surface as they are, and a resend of their config is authorised', async () => {
    const { api, mock, tokensAsked } = await mocked(when);
    mock.onGet('/broken').networkErrorOnce().onGet('/slow').timeoutOnce();
    mock.onAny().reply(200);
    const broken = (await rejection(api.get('/broken'))) as { message: string; config: object };
    expect(broken.message).toBe('Network Error');
    expect(await rejection(api.get('/slow'))).toMatchObject({ code: 'ECONNABORTED' });
    expect(await api.request(broken.config)).toMatchObject({ status: 200 });
    expect(authorizations(mock)).toEqual(Array(3).fill(expect.stringMatching(/^Bearer tok_/)));
    expect(tokensAsked()).toBe(1);
  });

  test('after restore() calls go out as before the mock', async () => {
    const { api, mock, tokensAsked } = await mocked(when);
    mock.restore();
    expect(api.defaults.adapter).not.toBe(undefined);
    const error = await rejection(api.get('http://127.0.0.1:9/', { allowAbsoluteUrls: true, timeout: 1000 }));
    expect(error).toMatchObject({ isAxiosError: true });
    expect(tokensAsked()).toBe(0); // another origin: no token
  });
});

test('a mock on the global axios does not swallow token requests', async () => {
  const mock = new MockAdapter(axios);
  try {
    const server = await tokenServer();
    const api = axios.create({ baseURL: 'https://api.example.com' });
    attach(api, sourceOf(server));
    mock.onAny().reply(200, 'mocked');
    expect(await api.get('/things')).toMatchObject({ data: 'mocked' });
    expect(server.stats().requests).toBe(1);
    expect(mock.history).toHaveLength(1);
  } finally {
    mock.restore();
  }
});
