import axios, { type AxiosError } from 'axios';
import { TokenEndpointError, type FetchToken } from '../../lib/index.js';
import { fakeServer } from '../support/fake-server.js';
import { attach, record, rejection, startWorld } from '../support/world.js';

test("a 401 of the token endpoint is not the API's: no .response, no resend, no rejected token, nothing sent", async () => {
  const { server, upstream, api, events } = await startWorld({ source: { clientSecret: 'wrong-secret' } });
  const mapped = jest.fn((error: AxiosError) => Promise.reject<unknown>(error));
  api.interceptors.response.use(undefined, mapped);
  const error = await rejection(api.get('/x'));
  expect(error).toBeInstanceOf(TokenEndpointError);
  expect(mapped).toHaveBeenCalledWith(expect.not.objectContaining({ response: expect.anything() as unknown }));
  expect(axios.isAxiosError(error)).toBe(false);
  expect(events.names()).toEqual(['token:requested', 'token:failed']);
  expect([server.requests.length, upstream.requests.length]).toEqual([1, 0]);
});

test("a 401 of the endpoint during a refresh surfaces the API's own 401, with ours as its cause", async () => {
  const { server, upstream, api } = await startWorld();
  await api.get('/x');
  server.revokeAll();
  server.fail({ status: 401, error: 'invalid_client' });
  const error = (await rejection(api.get('/y'))) as AxiosError;
  expect(error.response?.headers['www-authenticate']).toContain('invalid_token');
  expect(error.cause).toBeInstanceOf(TokenEndpointError);
  expect(upstream.requests).toHaveLength(2);
});

describe('what is no token is never sent', () => {
  const useless: unknown[] = [undefined, null, '', 0, {}, [], 'undefined ', ' ', 'a\r\nb'];
  test.each(useless)('%j', async (accessToken) => {
    const upstream = await fakeServer();
    const api = axios.create({ baseURL: upstream.url });
    const auth = attach(api, (() => Promise.resolve({ accessToken })) as FetchToken);
    const events = record(auth);
    await Promise.all([rejection(api.get('/x')), rejection(api.get('/y')), rejection(auth.getToken())]);
    expect(upstream.requests).toHaveLength(0);
    expect(events.of('token:issued')).toHaveLength(0);
  });
});
