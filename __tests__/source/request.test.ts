import { clientSecretBasic, clientSecretPost, noAuthentication } from '../../lib/index.js';
import { tokenEndpoint } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { ask, client, SECRET } from './asking.js';

const credentials = { client_id: client.clientId, client_secret: SECRET };

test('the plain case: POST, form, id and secret in the body, JSON accepted', async () => {
  const { request, form, token } = await ask({ scope: 'read' });
  expect([request.method, request.target]).toEqual(['POST', '/token']);
  expect(form).toEqual({ grant_type: 'client_credentials', scope: 'read', ...credentials });
  expect(request.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'content-length': String(request.body.length),
  });
  expect(request.headers.authorization).toBeUndefined();
  expect(token.accessToken).toBe('granted-token');
});

describe('format', () => {
  test('json', async () => {
    const { request } = await ask({
      request: { format: 'json' },
      scope: ['a', 'b'],
      params: { n: 1, deep: { a: [1] }, none: null },
    });
    expect(request.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request.body)).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      n: 1,
      deep: { a: [1] },
      none: null,
      ...credentials,
    });
  });

  test.each(['POST', 'PUT'] as const)(
    'query with %s: all in the URL, an empty body with its length',
    async (method) => {
      const { request } = await ask({ request: { method, format: 'query' } });
      expect(request.method).toBe(method);
      expect(Object.fromEntries(request.query)).toEqual({ grant_type: 'client_credentials', ...credentials });
      expect([request.body, request.headers['content-length']]).toEqual(['', '0']);
    },
  );

  test('none: an empty body with its length, credentials in the header', async () => {
    const { request } = await ask({ request: { format: 'none' }, clientAuth: clientSecretBasic() });
    expect([request.method, request.target, request.body]).toEqual(['POST', '/token', '']);
    expect(request.headers['content-length']).toBe('0');
  });

  test('GET: in the query, without a body', async () => {
    const { request } = await ask({ request: { method: 'GET' }, scope: 'a b' });
    expect([request.method, request.body, request.headers['content-type']]).toEqual(['GET', '', undefined]);
    expect(Object.fromEntries(request.query)).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      ...credentials,
    });
  });

  test('PUT with a form', async () => {
    const { request, form } = await ask({ request: { method: 'PUT' } });
    expect([request.method, form.client_id]).toEqual(['PUT', client.clientId]);
  });
});

describe('names', () => {
  test('own names for id and secret, and no grant type', async () => {
    const { form } = await ask({ request: { grantType: false, names: { clientId: 'appid', clientSecret: 'secret' } } });
    expect(form).toEqual({ appid: client.clientId, secret: SECRET });
  });

  test('own names for grant type and scope, and another grant', async () => {
    const request = {
      grantType: 'account_credentials',
      names: { grantType: 'type', scope: 'scopes', clientId: false },
    } as const;
    const { form } = await ask({ request, scope: 'a' });
    expect(form).toEqual({ type: 'account_credentials', scopes: 'a', client_secret: SECRET });
  });

  test('dotted names become nested objects in JSON', async () => {
    const { request } = await ask({
      request: {
        format: 'json',
        grantType: false,
        names: { clientId: 'auth.client.key', clientSecret: 'auth.client.secret' },
      },
      params: { 'auth.kind': 'machine' },
    });
    expect(JSON.parse(request.body)).toEqual({
      auth: { client: { key: client.clientId, secret: SECRET }, kind: 'machine' },
    });
  });

  test.each([
    ['a value and something inside it', { 'a.id': 1, a: 2 }],
    ['something inside a value', { a: 2, 'a.id': 1 }],
  ])('%s in the same place is a TokenConfigError: neither is lost', async (_what, params) => {
    const failed = await rejection(ask({ params, request: { format: 'json' } }));
    expect(failed).toMatchObject({ name: 'TokenConfigError', message: expect.stringContaining('the same place') });
  });

  test('dots stay dots in a form', async () => {
    const { form } = await ask({ params: { 'a.b': '1' } });
    expect(form['a.b']).toBe('1');
  });
});

describe('names of what a request may ask for', () => {
  test('audience and resource have names of their own, too', async () => {
    const { form } = await ask({
      audience: 'a',
      resource: 'r',
      request: { names: { audience: 'aud', resource: 'target' } },
    });
    expect(form).toMatchObject({ aud: 'a', target: 'r' });
    expect(form).not.toHaveProperty('audience');
  });

  test('false: not sent', async () => {
    const names = { scope: false, audience: false, resource: false, clientId: false } as const;
    const { form } = await ask({ scope: 's', audience: 'a', resource: 'r', request: { names } });
    expect(form).toEqual({ grant_type: 'client_credentials', client_secret: SECRET });
  });
});

describe('parameters', () => {
  test.each(['', [], () => ''])('a scope that is empty (%p) is as if not given (RFC 6749 §3.2)', async (scope) => {
    const { form } = await ask({ scope });
    expect(form).not.toHaveProperty('scope');
  });

  test('resource and audience, an array repeated (RFC 8707)', async () => {
    const { request } = await ask({ audience: 'https://a', resource: ['https://r1', 'https://r2'] });
    const sent = new URLSearchParams(request.body);
    expect([sent.get('audience'), sent.getAll('resource')]).toEqual(['https://a', ['https://r1', 'https://r2']]);
  });

  test.each([
    ['a space', undefined, 'a b'],
    ['a comma', ',', 'a,b'],
  ])('scopes of an array are joined by %s', async (_what, scopeSeparator, scope) => {
    const { form } = await ask({ scope: ['a', 'b'], request: { scopeSeparator } });
    expect(form.scope).toBe(scope);
  });

  test('every value may be a function, sync or async, and undefined is left out', async () => {
    const { form, request } = await ask({
      clientId: () => 'by-function',
      scope: () => Promise.resolve(['x']),
      audience: () => undefined,
      params: { now: () => 1, later: () => Promise.resolve('2'), gone: () => undefined, absent: undefined, flag: true },
      request: { query: { v: () => 3, gone: undefined } },
    });
    expect(form).toEqual({
      grant_type: 'client_credentials',
      client_id: 'by-function',
      client_secret: SECRET,
      scope: 'x',
      now: '1',
      later: '2',
      flag: 'true',
    });
    expect(request.target).toBe('/token?v=3');
  });

  test('the token URL may be a function, and keeps a query of its own', async () => {
    const endpoint = await tokenEndpoint();
    await ask({ tokenUrl: () => new URL('/t?api=1', endpoint.url), request: { query: { v: '2' } } }, endpoint);
    expect(endpoint.requests[0]?.target).toBe('/t?api=1&v=2');
  });

  test('what is sent is encoded: nothing of a value becomes a parameter', async () => {
    const { form } = await ask({ clientSecret: 'a&scope=admin+%20 é=' });
    expect(form).toEqual({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: 'a&scope=admin+%20 é=',
    });
  });
});

describe('headers', () => {
  test("of the endpoint's own, in place of ours where they have the same name, in any case", async () => {
    const { request } = await ask({
      request: { headers: { 'X-Merchant': 7, accept: 'application/xml', 'content-type': 'text/plain' } },
    });
    expect(request.headers).toMatchObject({
      'x-merchant': '7',
      accept: 'application/xml',
      'content-type': 'text/plain',
    });
  });

  test('null takes away one of ours', async () => {
    const { request } = await ask({ request: { headers: { Accept: null, 'content-type': () => null } } });
    expect(request.headers).not.toHaveProperty('accept');
    expect(request.headers).not.toHaveProperty('content-type');
  });

  test('one that is undefined is left out', async () => {
    const { request } = await ask({ request: { headers: { 'X-A': undefined, 'X-B': () => undefined } } });
    expect(request.headers).not.toHaveProperty('x-a');
    expect(request.headers).not.toHaveProperty('x-b');
  });
});

describe("a body of one's own", () => {
  test('gets everything that would be sent, under the chosen names, and a text goes out as it is', async () => {
    const body = jest.fn((parameters: Record<string, unknown>) => `<login id="${String(parameters.appid)}"/>`);
    const { request } = await ask({
      request: { body, names: { clientId: 'appid' }, headers: { 'Content-Type': 'text/xml' } },
      scope: 'a',
    });
    expect(body).toHaveBeenCalledWith({
      grant_type: 'client_credentials',
      scope: 'a',
      appid: client.clientId,
      client_secret: SECRET,
    });
    expect([request.body, request.headers['content-type']]).toEqual([`<login id="${client.clientId}"/>`, 'text/xml']);
  });

  test('an object is serialised as the format says', async () => {
    const body = ({ client_id }: Record<string, unknown>): object => ({ auth: { id: client_id } });
    const json = await ask({ request: { format: 'json', body } });
    expect(JSON.parse(json.request.body)).toEqual({ auth: { id: client.clientId } });
    const form = await ask({ request: { body } });
    expect(form.form).toEqual({ auth: `{"id":"${client.clientId}"}` });
  });
});

describe('a body of another kind', () => {
  test('comes from an async function', async () => {
    const { request } = await ask({ request: { body: async () => Promise.resolve('signed') } });
    expect(request.body).toBe('signed');
  });

  test('URLSearchParams are a form', async () => {
    const { request } = await ask({
      request: {
        body: () =>
          new URLSearchParams([
            ['a', '1'],
            ['a', '2 3'],
          ]),
        format: 'json',
      },
    });
    expect([request.body, request.headers['content-type']]).toEqual(['a=1&a=2+3', 'application/x-www-form-urlencoded']);
  });

  test('bytes go out as they are', async () => {
    const { request } = await ask({
      request: { body: () => new TextEncoder().encode('é'), headers: { 'Content-Type': 'application/octet-stream' } },
    });
    expect([request.body, request.headers['content-type']]).toEqual(['é', 'application/octet-stream']);
  });

  test('FormData is a multipart form', async () => {
    const { request } = await ask({
      request: {
        body: ({ client_secret }) => {
          const parts = new FormData();
          parts.set('secret', String(client_secret));
          return parts;
        },
      },
    });
    expect(request.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(request.body).toContain(`name="secret"\r\n\r\n${SECRET}\r\n`);
  });

  test('nothing is an empty body', async () => {
    const { request } = await ask({ request: { body: () => undefined } });
    expect([request.body, request.headers['content-length']]).toEqual(['', '0']);
  });

  test("with format 'query' an object goes into the URL, and a text into the body", async () => {
    const object = await ask({ request: { method: 'GET', body: ({ client_id }) => ({ id: client_id }) } });
    expect([object.request.target, object.request.body]).toEqual([`/token?id=${client.clientId}`, '']);
    const text = await ask({ request: { format: 'query', body: () => 'text', query: { v: 1 } } });
    expect([text.request.target, text.request.body]).toEqual(['/token?v=1', 'text']);
  });
});

describe('who the client is', () => {
  test('noAuthentication() sends the id alone, and no secret', async () => {
    const { form } = await ask({ clientAuth: noAuthentication(), clientSecret: undefined });
    expect(form).toEqual({ grant_type: 'client_credentials', client_id: client.clientId });
  });

  test('noAuthentication() without an id sends nothing', async () => {
    const { form } = await ask({ clientAuth: noAuthentication(), clientId: undefined, clientSecret: undefined });
    expect(form).toEqual({ grant_type: 'client_credentials' });
  });

  test('a function that does nothing sends nothing of the client', async () => {
    const { form, request } = await ask({ clientAuth: () => undefined });
    expect(form).toEqual({ grant_type: 'client_credentials' });
    expect(JSON.stringify(request)).not.toContain(SECRET);
  });

  test('clientSecretPost() said aloud is the default', async () => {
    expect((await ask({ clientAuth: clientSecretPost() })).form).toEqual((await ask()).form);
  });
});
