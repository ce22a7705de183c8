import { createHash } from 'node:crypto';
import axios, { type AxiosProgressEvent, type AxiosRequestTransformer } from 'axios';
import type { ApiRequest } from '../../lib/testing/index.js';
import { protectedApi, rejection, startWorld } from '../support/world.js';

const file = (): FormData => {
  const form = new FormData();
  form.append('title', 'Grüße');
  form.append('file', new Blob([Buffer.alloc(100_000, 'x')], { type: 'application/pdf' }), 'report.pdf');
  return form;
};

const bodies: [string, () => unknown, object?][] = [
  ['an object', () => ({ name: 'Ünïcode', list: [1, 2, { deep: true }] })],
  ['an array', () => [1, 2, 3]],
  ['URLSearchParams', () => new URLSearchParams({ a: 'b c', ä: '&=' })],
  ['a spec FormData with a file', file],
  ['a Buffer', () => Buffer.alloc(200_000, 0xfe)],
  ['an ArrayBuffer', () => new Uint8Array([0, 1, 2, 255]).buffer],
  ['a Uint8Array', () => new Uint8Array([7, 8, 9])],
  ['a string', () => 'plain text'],
  [
    'an object that goes out as a form',
    () => ({ a: 1, b: [2, 3] }),
    { 'Content-Type': 'application/x-www-form-urlencoded' },
  ],
  ['nothing', () => undefined],
];

const adapters = ['http', 'fetch'] as const;

test.each(adapters.flatMap((adapter) => bodies.map(([what, make, headers]) => ({ adapter, what, make, headers }))))(
  '$what, by the $adapter adapter: what is resent is what axios itself sends',
  async ({ adapter, make, headers = {} }) => {
    const { api, upstream } = await startWorld({ axios: { adapter } });
    upstream.rejectNext();
    expect(await api.post('/upload', make(), { headers })).toMatchObject({ status: 200 });
    const bare = await protectedApi({ accepts: () => true });
    await axios.post(`${bare.url}/upload`, make(), { adapter, headers: { ...headers, Authorization: 'Bearer any' } });

    const [first, second] = upstream.requests;
    const expected = shown(bare.requests[0]!);
    expect(shown(first!)).toEqual(expected);
    expect(shown(second!)).toEqual(expected);
    expect(second!.token).not.toBe(first!.token);
  },
);

/** What arrived, without the one thing that differs from request to request: the boundary of a multipart body. */
function shown({ method, path, headers, body }: ApiRequest): unknown {
  const type = headers['content-type']?.replace(/boundary=.*/, 'boundary');
  const lengthIsRight = headers['content-length'] === undefined || Number(headers['content-length']) === body.length;
  const [boundary] = /^--[\w.-]+(?=\r\n)/.exec(body.toString('latin1')) ?? [];
  const content = boundary === undefined ? body.toString('latin1') : body.toString('latin1').replaceAll(boundary, '--');
  return { method, path, type, lengthIsRight, bytes: content.length, content: sha256(content) };
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

test.each(['put', 'patch', 'delete', 'options', 'head', 'get'] as const)(
  'a %s that is refused is resent as one',
  async (method) => {
    const { api, upstream } = await startWorld();
    upstream.rejectNext();
    await api.request({ method, url: '/things', params: { q: 'ä b', list: [1, 2] } });
    const [first, second] = upstream.requests.map(({ method: sent, path, query }) => ({ sent, path, query }));
    expect(second).toEqual(first);
    expect(second).toMatchObject({ sent: method.toUpperCase(), query: { q: 'ä b', 'list[]': ['1', '2'] } });
  },
);

test('a transformRequest of the caller runs once a call, also when the call is resent', async () => {
  const { api, upstream } = await startWorld();
  let runs = 0;
  const wrap: AxiosRequestTransformer = (data: object, headers) => {
    runs += 1;
    headers.setContentType('application/vnd.wrapped');
    return JSON.stringify({ wrapped: data });
  };
  upstream.rejectNext();
  await api.post('/things', { a: 1 }, { transformRequest: wrap });
  expect(runs).toBe(1);
  expect(upstream.requests.map(({ body, headers }) => [body.toString(), headers['content-type']])).toEqual(
    Array(2).fill(['{"wrapped":{"a":1}}', 'application/vnd.wrapped']),
  );
});

test('transformResponse of the caller runs once a call, on the answer that the caller gets', async () => {
  const { api, upstream } = await startWorld();
  const seen: (number | undefined)[] = [];
  upstream.rejectNext();
  const { data } = await api.get('/things', {
    transformResponse: (text: string, _headers, status) => {
      seen.push(status);
      return `read: ${text.slice(0, 1)}`;
    },
  });
  expect(seen).toEqual([200]);
  expect(data).toBe('read: {');
});

test.each(adapters)('upload progress is reported for the resend as well, by the %s adapter', async (adapter) => {
  const { api, upstream } = await startWorld({ axios: { adapter } });
  const bytes = 100_000;
  const progress: AxiosProgressEvent[] = [];
  upstream.rejectNext();
  const { data } = await api.post('/upload', Buffer.alloc(bytes, 'y'), {
    headers: { 'Content-Type': 'application/octet-stream' },
    onUploadProgress: (event) => progress.push(event),
    maxRedirects: 0,
  });
  expect(data).toMatchObject({ bytes });
  expect(upstream.requests.map(({ body }) => body.length)).toEqual([bytes, bytes]);
  expect(progress.filter(({ loaded }) => loaded === bytes).length).toBeGreaterThanOrEqual(2); // the end of each send
});

test("the caller's own data, params and headers are left as they were", async () => {
  const { api, upstream } = await startWorld();
  const data = { a: 1 };
  const options = { params: { q: 1 }, headers: { 'X-Own': 'yes' } };
  upstream.rejectNext();
  await api.post('/things', data, options);
  expect(data).toEqual({ a: 1 });
  expect(options).toEqual({ params: { q: 1 }, headers: { 'X-Own': 'yes' } });
});

test('a resend that fails on its way surfaces with its own error, not with the 401', async () => {
  const { api, upstream } = await startWorld();
  let sends = 0;
  upstream.intercept((_request, response) => {
    sends += 1;
    if (sends === 1) response.writeHead(401).end();
    else response.destroy();
    return true;
  });
  const error = await rejection(api.post('/things', { a: 1 }));
  expect(error).toMatchObject({ isAxiosError: true, code: 'ECONNRESET' });
  expect(error).not.toHaveProperty('response.status');
  expect(sends).toBe(2);
});
