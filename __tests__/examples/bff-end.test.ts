import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, get as httpGet, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createApp } from '../../examples/bff/app.js';
import { createStreams, type StreamOptions } from '../../examples/bff/live/streams.js';
import { createMetrics } from '../../examples/bff/metrics.js';
import { startServers } from '../../examples/bff/servers.js';
import { createSessions } from '../../examples/bff/sessions.js';
import { connectUpstreams } from '../../examples/bff/upstreams.js';
import { type Visitor, visitor } from './visitor.js';

const visitors: Visitor[] = [];
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const one of visitors.splice(0)) one.leave();
  await Promise.all(ends.splice(0).map((end) => end()));
});

function visit(url: string): Visitor {
  const one = visitor(url);
  visitors.push(one);
  return one;
}

describe('npm run example:bff', () => {
  const root = join(__dirname, '../..');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [bundle = '', start = ''] = scripts['example:bff']!.split(' && ');
  const outfile = `node_modules/.cache/example-bff-${process.pid}.mjs`;

  // The two commands of the script, one after the other: a signal is for the second.
  beforeAll(() => {
    const [command = '', ...args] = bundle.split(' ');
    const own = args.map((arg) => (arg.startsWith('--outfile=') ? `--outfile=${outfile}` : arg));
    execFileSync(join(root, 'node_modules/.bin', command), own, { cwd: root });
    expect(start).toBe(`node ${args.find((arg) => arg.startsWith('--outfile='))!.slice('--outfile='.length)}`);
  });

  afterAll(() => rmSync(join(root, outfile), { force: true }));

  interface Process {
    child: ChildProcess;
    printed(): string;
    /** Resolves with the exit code, or with the signal that ended it. */
    ended: Promise<number | string>;
  }

  function run(port: string): Process {
    const child = spawn(process.execPath, [outfile], { cwd: root, env: { ...process.env, PORT: port } });
    let text = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (text += String(chunk)));
    const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
    ends.push(async () => {
      if (child.exitCode === null) child.kill('SIGKILL');
      await ended;
    });
    return { child, printed: () => text, ended };
  }

  async function started(): Promise<Process & { url: string }> {
    const running = run('0');
    const over = running.ended.then(() => 'over');
    for (;;) {
      const url = /^The BFF is at (http:\/\/127\.0\.0\.1:\d+), /.exec(running.printed())?.[1];
      if (url !== undefined) return { ...running, url };
      if ((await Promise.race([once(running.child.stdout!, 'data'), over])) === 'over')
        throw new Error(running.printed());
    }
  }

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'prints its address, serves, and ends with 0 at %s, with a page open and connections kept alive',
    async (signal) => {
      const { child, url, printed, ended } = await started();
      const one = visit(url);
      expect((await one.get('/')).body).toContain('<!doctype html>');
      expect((await one.get('/api/overview')).status).toBe(200);
      const stream = await one.events();
      await stream.until(({ calls }) => calls > 0);
      child.kill(signal);
      expect(await ended).toBe(0);
      await stream.ended;
      expect(printed().split('\n').slice(1)).toEqual([
        `${signal}: no more connections; the calls under way are answered.`,
        'All is closed.',
        '',
      ]);
    },
  );

  test('a second signal does not cut short what the first has begun; what failed is logged, without a token', async () => {
    const { child, url, printed, ended } = await started();
    const one = visit(url);
    await one.post('/session', { tenant: 'acme' });
    await one.get('/api/orders');
    await one.post('/live/endpoint', { on: false });
    await one.post('/live/revoke');
    expect((await one.get('/api/orders')).status).toBe(503);

    // A call that is under way until its last byte was sent.
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    ends.push(async () => socket.destroy());
    socket.write(`POST /live/endpoint HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncookie: ${one.cookie}\r\n`);
    socket.write('content-type: application/json\r\ncontent-length: 11\r\nexpect: 100-continue\r\n\r\n');
    await once(socket, 'data'); // go on
    const over = ended.then(() => 'over');
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) {
      child.kill(signal);
      while (!printed().includes('SIGTERM: ')) {
        if ((await Promise.race([once(child.stdout!, 'data'), over])) === 'over') throw new Error(printed());
      }
    }
    socket.write('{"on":true}');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close/i);
    expect(await ended).toBe(0);

    const lines = printed().split('\n');
    const logged = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object);
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 40,
        code: 'ERR_TOKEN_NETWORK',
        msg: expect.stringContaining('Try again later'),
      }),
    );
    expect(printed()).not.toMatch(/bearer|authorization|cookie/i);
    expect(lines.filter((line) => line.startsWith('SIG'))).toHaveLength(1);
  });

  test('a port that is taken is said in words, with what to do, and the exit code is 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    ends.push(async () => holder.close());
    const { port } = holder.address() as AddressInfo;
    const { ended, printed } = run(String(port));
    expect([await ended, printed()]).toEqual([
      1,
      `Port ${port} is taken. Choose another: PORT=3001 npm run example:bff\n`,
    ]);
  });

  test.each(['http', '65536', ' 80'])('the port %j is none: said in words, exit code 1', async (port) => {
    const { ended, printed } = run(port);
    expect([await ended, printed()]).toEqual([1, 'PORT must be a number from 0 (any free port) to 65535.\n']);
  });
});

test('close() takes no more connections, answers the call under way, and then closes the handles', async () => {
  const servers = await startServers({ latencyMs: 0 });
  ends.push(() => servers.close());
  const upstreams = connectUpstreams(servers.credentials);
  const metrics = createMetrics(upstreams.auth);
  const { signIn } = servers;
  const app = await createApp({ upstreams, sessions: createSessions(), cookieSecret: 'for tests', signIn, metrics });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const one = visit(url);
  await one.post('/session', { tenant: 'acme' });

  let answer!: () => void;
  const asked = new Promise<void>((resolve) => {
    upstreams.api.parcels.defaults.adapter = async (config) => {
      resolve();
      await new Promise<void>((answered) => (answer = answered));
      return { data: { parcels: [] }, status: 200, statusText: 'OK', headers: {}, config };
    };
  });
  const underWay = one.get('/api/parcels');
  await asked;
  const idle = visit(url); // its connection is kept alive, and is idle
  await idle.get('/healthz/live');
  const closed = app.close();
  while (await canConnect(url));
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  expect((await upstreams.auth.parcels!.getToken()).expiresAt).toBeGreaterThan(Date.now()); // not closed before the call is answered
  expect(isClosed).toBe(false);
  answer();
  const { status, headers, body } = await underWay;
  expect([status, headers.connection, body]).toEqual([200, 'close', '{"parcels":[]}']);
  await closed;
  for (const handle of Object.values(upstreams.auth)) {
    await expect(handle.refresh({ tenant: 'acme' })).rejects.toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  }
});

function canConnect(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe('streams of events', () => {
  async function serve(options: StreamOptions, read: () => object | undefined) {
    const streams = createStreams(options);
    const responses: Promise<void>[] = [];
    const server: Server = createServer((_request, response) => {
      responses.push(once(response, 'close').then(() => {}));
      streams.open(response, read);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => {
      streams.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const open = async (): Promise<IncomingMessage> => {
      const request = httpGet({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.on('error', () => {});
      return response;
    };
    return { streams, responses, open };
  }

  async function text(response: IncomingMessage): Promise<string> {
    let all = '';
    for await (const chunk of response) all += String(chunk);
    return all;
  }

  test('a browser that reads nothing is dropped and holds up nobody', async () => {
    let nth = 0;
    const megabyte = 'x'.repeat(1 << 20);
    const { responses, open } = await serve({ everyMs: 5, patienceMs: 50 }, () => ({ nth: nth++, megabyte }));
    const deaf = await open();
    deaf.pause();
    const other = await open();
    other.resume();
    await responses[0];
    const seen = nth;
    await once(other, 'data');
    while (nth === seen) await once(other, 'data');
    expect(other.closed).toBe(false);
    deaf.destroy();
  });

  test('the end does not wait for a browser that reads nothing', async () => {
    const megabyte = 'x'.repeat(1 << 20);
    let nth = 0;
    const { streams, responses, open } = await serve({ everyMs: 1 }, () => ({ nth: nth++, megabyte }));
    const deaf = await open();
    deaf.pause();
    let last = -1;
    while (last !== nth) {
      last = nth;
      await new Promise((resolve) => setTimeout(resolve, 20)); // until it is full
    }
    streams.close();
    await responses[0];
    deaf.destroy();
  });

  test('a state that stays the same is sent once; its end ends the stream', async () => {
    const states = [{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }, undefined];
    const { open } = await serve({ everyMs: 1 }, () => states.shift());
    const received = await text(await open());
    expect(received.replaceAll(/"now":\d+/g, '"now":0')).toBe(
      'retry: 2\n\ndata: {"now":0,"state":{"a":1}}\n\ndata: {"now":0,"state":{"a":2}}\n\n',
    );
  });

  test('while nothing changes there are signs of life', async () => {
    let left = 4;
    const { open } = await serve({ everyMs: 1, beatMs: 0 }, () => (left-- > 0 ? { a: 1 } : undefined));
    const received = await text(await open());
    expect(
      received
        .replaceAll(/\d{13}/g, '0')
        .split('\n\n')
        .slice(1),
    ).toEqual(['data: {"now":0,"state":{"a":1}}', ...Array.from({ length: 3 }, () => 'event: beat\ndata: 0'), '']);
  });

  test('there is a limit, and an end: 503', async () => {
    const { streams, open } = await serve({ max: 1 }, () => ({}));
    const first = await open();
    const second = await open();
    expect([first.statusCode, second.statusCode, second.headers['retry-after']]).toEqual([200, 503, '5']);
    streams.close();
    await text(first);
    expect((await open()).statusCode).toBe(503);
  });
});
