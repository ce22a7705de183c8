import FormDataPackage from 'form-data';
import { Readable } from 'node:stream';
import { until } from '../support/turn.js';
import { rejection, startTimedWorld, startWorld } from '../support/world.js';

const formData = (): FormDataPackage => {
  const form = new FormDataPackage();
  form.append('title', 'once');
  form.append('file', Buffer.from('content'), { filename: 'a.txt' });
  return form;
};
const webStream = (): ReadableStream =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('once'));
      controller.close();
    },
  });

interface Case {
  what: string;
  adapter: 'http' | 'fetch';
  make: () => unknown;
  headers?: Record<string, string>;
}

const cases: Case[] = [
  { what: 'a Node stream', adapter: 'http', make: () => Readable.from([Buffer.from('once')]) },
  { what: 'a body of the form-data package', adapter: 'http', make: formData },
  {
    what: 'an object of which axios itself makes a form-data body',
    adapter: 'http',
    make: () => ({ title: 'once' }),
    headers: { 'Content-Type': 'multipart/form-data' },
  },
  { what: 'a web stream', adapter: 'fetch', make: webStream },
];

describe.each<Case>(cases)('$what', ({ adapter, make, headers = {} }) => {
  test('is sent once; refused, the original error surfaces, an event says why, and the next call has a new token', async () => {
    const { api, server, upstream, events } = await startWorld({ axios: { adapter } });
    await api.get('/warm-up');
    server.revokeAll();
    server.resetStats();
    upstream.resetStats();
    const error = await rejection(api.post('/upload', make(), { headers }));
    expect(error).toMatchObject({ isAxiosError: true, response: { status: 401, data: { error: 'invalid_token' } } });
    expect(error).not.toHaveProperty('cause.code', expect.stringMatching(/^ERR_TOKEN/));
    expect(upstream.requests.map(({ body }) => body.toString().includes('once'))).toEqual([true]);
    expect(server.stats().requests).toBe(0);
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'body', status: 401, method: 'POST' }]);

    expect(await api.post('/upload', make(), { headers })).toMatchObject({ status: 200 });
    expect(server.stats().requests).toBe(1);
  });

  test('waits for the refresh of a stale token, while a body that can be resent goes out with the old one', async () => {
    const { api, server, upstream, clock } = await startTimedWorld({
      axios: { adapter },
      server: { lifetimeSeconds: 100 },
    });
    await api.get('/warm-up');
    await clock.advance(85_000);
    const hold = server.hold();
    const upload = api.post('/upload', make(), { headers });
    await hold.arrived();
    await api.post('/upload', { a: 1 });
    hold.release();
    await upload;
    const [old, sameOld, renewed] = upstream.requests.map(({ token }) => token);
    expect(sameOld).toBe(old);
    expect(renewed).not.toBe(old);
    expect(upstream.stats()).toMatchObject({ requests: 3, rejected: 0 });
  });

  test('goes out with the old token when the refresh fails', async () => {
    const { api, server, upstream, clock } = await startTimedWorld({
      axios: { adapter },
      server: { lifetimeSeconds: 100 },
    });
    await api.get('/warm-up');
    await clock.advance(85_000);
    server.fail({ status: 503 });
    await api.post('/upload', make(), { headers });
    expect(upstream.stats()).toMatchObject({ requests: 2, rejected: 0 });
    expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(1);
  });
});

test('a stream is not touched before there is a token', async () => {
  const { api, server } = await startWorld();
  let reads = 0;
  const body = new Readable({
    read() {
      reads += 1;
      this.push(reads === 1 ? 'once' : null);
    },
  });
  const hold = server.hold();
  const upload = api.post('/upload', body);
  await hold.arrived();
  expect(reads).toBe(0);
  hold.release();
  expect(await upload).toMatchObject({ status: 200 });
});

test('a stream whose caller leaves the wait for a token is not read', async () => {
  const { api, server, upstream, auth } = await startWorld();
  const hold = server.hold();
  const leaving = new AbortController();
  const body = Readable.from(['once']);
  const upload = rejection(api.post('/upload', body, { signal: leaving.signal }));
  await hold.arrived();
  leaving.abort();
  await upload;
  expect(body.readableDidRead).toBe(false);
  hold.release();
  await until(() => auth.inspect()[0]?.state === 'fresh');
  expect(upstream.stats().requests).toBe(0);
});
