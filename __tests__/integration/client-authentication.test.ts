import { inspect } from 'node:util';
import { clientSecretBasic, clientSecretPost, noAuthentication, TokenEndpointError } from '../../lib/index.js';
import { rejection } from '../support/world.js';
import type { Grant, ProviderClient } from './provider.js';
import { attached, useProvider } from './suite.js';

/** Everything that a form, a Basic pair or a URL would take for something else. */
const awkward = `p%2Bss+w rd:&=%/?#~*'()!"\\<>{}|^\`$@,;.-_end`;

const basic: ProviderClient = { id: 'basic service:1/a+b', secret: awkward, method: 'client_secret_basic' };
const post: ProviderClient = { id: 'post&service=2%20', secret: awkward, method: 'client_secret_post' };
const open: ProviderClient = { id: 'public-service', method: 'none' };
const provider = useProvider([basic, post, open]);

describe('a secret with special characters is understood', () => {
  test.each([
    ['in the header, form-urlencoded', basic, clientSecretBasic(), 'header'],
    ['in the body', post, clientSecretPost(), 'body'],
    ['in the body, where nothing is said', post, undefined, 'body'],
  ] as const)('%s', async (_where, client, clientAuth, login) => {
    const { api } = attached(provider(), client, { clientAuth });
    const { data } = await api.get<Grant>('/things');
    expect(data).toMatchObject({ kind: 'opaque', clientId: client.id, tokenType: 'Bearer' });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, logins: [login], apiRequests: 1 });
  });
});

test('a secret that is not encoded in the header is refused: the encoding matters', async () => {
  const { api } = attached(provider(), basic, { clientAuth: clientSecretBasic({ encoding: 'raw' }) });
  expect(await rejection(api.get('/things'))).toMatchObject({
    name: 'TokenEndpointError',
    status: 400,
    errorDescription: 'client_id and client_secret in the authorization header are not properly encoded',
  });
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1, logins: ['header'], apiRequests: 0 });
});

describe('a wrong secret ends as invalid_client, with what to try', () => {
  test.each([
    [
      'header',
      basic,
      clientSecretBasic(),
      /as HTTP Basic.*clientSecretBasic\(\{ encoding: 'raw' \}\).*clientSecretPost\(\)/,
    ],
    ['body', post, clientSecretPost(), /in the body.*clientAuth: clientSecretBasic\(\)/],
  ] as const)('sent in the %s', async (login, { id, method }, clientAuth, advice) => {
    const wrong = `${awkward}-not`;
    const { api, events } = attached(provider(), { id, method, secret: wrong }, { clientAuth });

    const error = await rejection(api.get('/things'));
    expect(error).toBeInstanceOf(TokenEndpointError);
    expect(error).toMatchObject({
      name: 'TokenEndpointError',
      code: 'ERR_TOKEN_ENDPOINT',
      status: 401,
      error: 'invalid_client',
      permanent: true,
      message: expect.stringMatching(advice),
    });
    for (const text of [String(error), JSON.stringify(error), inspect(error)]) {
      expect(text).not.toContain(awkward);
      expect(text).not.toContain(encodeURIComponent(awkward));
    }

    // Asking again would not help: it is remembered, and neither the provider nor the API hears of it.
    expect(await rejection(api.get('/things'))).toMatchObject({ error: 'invalid_client' });
    expect(await provider().counts()).toEqual({ tokenRequests: 1, logins: [login], apiRequests: 0, apiRejections: 0 });
    expect(events.names()).toEqual(['token:requested', 'token:failed']);
  });
});

test('a client that does not exist ends as invalid_client', async () => {
  const { api } = attached(provider(), { id: 'nobody', secret: 'x', method: 'client_secret_post' });
  expect(await rejection(api.get('/things'))).toMatchObject({ name: 'TokenEndpointError', error: 'invalid_client' });
});

test('a secret from a function that has been rotated meanwhile is tried at once', async () => {
  const secrets = ['the old one', awkward];
  const { api } = attached(provider(), basic, {
    clientAuth: clientSecretBasic(),
    clientSecret: async () => secrets.shift() ?? awkward,
  });
  expect((await api.get<Grant>('/things')).data.clientId).toBe(basic.id);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 1 });
});

test('a public client gets a token without a secret', async () => {
  const { api } = attached(provider(), open, { clientAuth: noAuthentication() });
  expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'opaque', clientId: open.id });
  expect((await provider().counts()).logins).toEqual(['none']);
});

test('a client that has a secret is refused without it', async () => {
  const { api } = attached(provider(), { id: basic.id, method: 'none' }, { clientAuth: noAuthentication() });
  expect(await rejection(api.get('/things'))).toMatchObject({
    name: 'TokenEndpointError',
    status: 401,
    error: 'invalid_client',
    message: expect.stringContaining('Check the client id and how the client authenticates (`clientAuth`).'),
  });
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1, logins: ['none'], apiRequests: 0 });
});
