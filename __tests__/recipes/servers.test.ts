import { Agent } from 'node:http';
import axios, { type AxiosResponse } from 'axios';
import { until } from '../support/turn.js';
import { endStages, Program, SECRET, type Stage, startStage } from './project.js';

/** Loaded before a recipe: says where it listens, and when a plugin leaves its instance. */
const observe = `
import axios from 'axios';
import { createRequire } from 'node:module';
import { Server } from 'node:net';

const { emit } = Server.prototype;
Server.prototype.emit = function (name, ...rest) {
  if (name === 'listening') console.log('listening on ' + this.address().port);
  return emit.call(this, name, ...rest);
};
for (const copy of [axios, createRequire(import.meta.url)('axios')]) {
  const { create } = copy;
  copy.create = (...settings) => {
    const instance = create(...settings);
    const { request } = instance.interceptors;
    const { eject } = request;
    request.eject = (id) => (console.log('detached'), eject.call(request, id));
    return instance;
  };
}`;

let { server, upstream, dir } = {} as Stage;

beforeAll(async () => {
  ({ server, upstream, dir } = await startStage({ 'observe.js': observe }));
});
afterAll(endStages);

afterEach(() => {
  server.heal();
  upstream.intercept();
  upstream.hold().release();
});

describe.each([
  { recipe: 'express-server', probe: '/readyz', outage: 503, apiFault: 502, end: 0 },
  { recipe: 'fastify-server', probe: '/healthz', outage: 503, apiFault: 502, end: 0 },
  { recipe: 'nest-server', probe: undefined, outage: 500, apiFault: 500, end: 'SIGTERM' },
])('$recipe', ({ recipe, probe, outage, apiFault, end }) => {
  let program: Program;
  let get: (path: string) => Promise<AxiosResponse>;

  beforeAll(async () => {
    server.resetStats();
    upstream.resetStats();
    program = start(recipe);
    get = await clientOf(program);
  });

  test('has a token before its first call, and one for all calls', async () => {
    const before = server.stats().requests;
    const answers = await Promise.all(['/orders/1', '/orders/2'].map(get));
    expect(answers.map(({ status, data }) => [status, data.path])).toEqual([
      [200, '/orders/1'],
      [200, '/orders/2'],
    ]);
    if (probe !== undefined) expect((await get(probe)).status).toBe(200);
    expect([before, server.stats().requests]).toEqual([1, 1]);
  });

  test('answers for what an API did wrong', async () => {
    upstream.intercept((_request, response) => Boolean(response.writeHead(500).end()));
    expect((await get('/orders/1')).status).toBe(apiFault);
    await program.says(/status code 500/);
  });

  test('is not well without a token, says so, and recovers by itself', async () => {
    server.fail({ status: 401, error: 'invalid_client' }, Infinity);
    server.revokeAll();
    await get('/orders/1'); // the API's own 401: its token could not be replaced
    const answer = await get('/orders/1');
    const probed = probe === undefined ? undefined : (await get(probe)).status;
    server.heal();

    expect(answer.status).toBe(outage);
    if (outage === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    if (probe !== undefined) expect(probed).toBe(503);
    while ((await get('/orders/1')).status !== 200); // a refusal is remembered for a second
  });

  test('on SIGTERM answers the call under way with its token, detaches, ends, and has printed no token or secret', async () => {
    const gate = upstream.hold();
    const underWay = get('/orders/1');
    await until(() => gate.held === 1);
    program.kill('SIGTERM');
    await refused(get);
    expect(program.printed).not.toContain('detached');
    gate.release();
    expect((await underWay).status).toBe(200);
    expect(await program.ended).toBe(end);
    expect(program.printed).toContain('detached');
    for (const secret of secrets()) expect(program.printed).not.toContain(secret);
  });
});

test('with a wrong secret none of them starts, and each says why', async () => {
  const names = ['express-server', 'fastify-server', 'nest-server'];
  const programs = names.map((recipe) => start(recipe, { CLIENT_SECRET: 'mistyped-secret' }));
  expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual([1, 1, 1]);
  for (const { printed } of programs) {
    expect(printed).toMatch(/invalid_client/);
    expect(printed).not.toMatch(/listening|mistyped-secret/);
  }
});

test('express-server starts during an outage, and is not ready', async () => {
  server.fail({ status: 503, retryAfter: 60 }, Infinity);
  const get = await clientOf(start('express-server'));
  const { status, headers } = await get('/readyz');
  expect([status, Number(headers['retry-after'])]).toEqual([503, expect.closeTo(60, -1)]);
});

function start(recipe: string, env: Record<string, string> = {}): Program {
  return new Program(dir, ['--import', './observe.js', `${recipe}.js`], { PORT: '0', NO_COLOR: '1', ...env });
}

async function clientOf(program: Program): Promise<(path: string) => Promise<AxiosResponse>> {
  const port = await program.says(/listening on (\d+)/);
  const baseURL = `http://localhost:${port}`;
  const client = axios.create({ baseURL, httpAgent: new Agent({ keepAlive: false }), validateStatus: null });
  return (path) => client.get(path);
}

const secrets = (): string[] => [SECRET, ...new Set(upstream.requests.flatMap(({ token }) => token ?? []))];

/** Until nobody listens any more. */
async function refused(get: (path: string) => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await get('/nothing');
    } catch {
      return;
    }
  }
}
