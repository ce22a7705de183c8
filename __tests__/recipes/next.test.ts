import type { NextRequest as Request } from 'next/server';
import * as ours from '../../lib/index.js';
import type { TokenHandle } from '../../lib/index.js';
import { execute } from '../readme/run.js';
import { attach, protectedApi, tokenServer } from '../support/world.js';
import { localized, SECRET } from './project.js';

// `next build` takes too long for a gate: the route handler is called with what Next calls it with.
const { NextRequest } = jest.requireActual<typeof import('next/server')>('next/server');

type Handler = (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>;

/** A process of Next: its modules can be evaluated anew, its `globalThis` stays. */
async function startProcess(secret: string | undefined) {
  const server = await tokenServer({ clients: [{ clientId: 'my-service', clientSecret: SECRET }] });
  const upstream = await protectedApi({ accepts: server });
  const files = localized(server, upstream);
  const handles: TokenHandle[] = [];
  const given = { globalThis: {}, process: { env: { CLIENT_SECRET: secret } } };
  const attachToken: typeof ours.attachToken = (api, source, options) => {
    const handle = attach(api as never, source, options);
    handles.push(handle);
    return handle;
  };
  const evaluate = async (): Promise<Handler> => {
    const packages = { 'axios-client-credentials': { ...ours, attachToken } };
    const orders = {};
    await execute(files['lib/orders.ts']!, { ...given, exports: orders }, packages);
    const route: { GET?: Handler } = {};
    const imports = { ...packages, '../../../../lib/orders': orders };
    await execute(files['app/api/orders/[id]/route.ts']!, { ...given, exports: route }, imports);
    return route.GET!;
  };
  const call = (handler: Handler, id: string, signal?: AbortSignal): Promise<Response> => {
    const request = new NextRequest(`http://localhost:3000/api/orders/${id}`, signal && { signal });
    return handler(request, { params: Promise.resolve({ id }) });
  };
  return { server, upstream, handles, evaluate, call };
}

test('modules that are evaluated anew keep the instance and its token', async () => {
  const { server, handles, evaluate, call } = await startProcess(SECRET);
  for (const id of ['1', '2', '3']) {
    const answer = await call(await evaluate(), id);
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ path: `/orders/${id}` })]);
  }
  expect([handles.length, server.stats().requests]).toEqual([1, 1]);
});

test('a build has no secret and needs none; a process that still has none answers 503', async () => {
  const { evaluate, call } = await startProcess(undefined);
  expect((await call(await evaluate(), '1')).status).toBe(503);
});

test('what the API did wrong is a 502', async () => {
  const { upstream, evaluate, call } = await startProcess(SECRET);
  upstream.intercept((_request, response) => Boolean(response.writeHead(500).end()));
  expect((await call(await evaluate(), '1')).status).toBe(502);
});

test('a visitor who leaves ends the call to the API', async () => {
  const { upstream, evaluate, call } = await startProcess(SECRET);
  const visitor = new AbortController();
  const hold = upstream.hold();
  const answer = call(await evaluate(), '1', visitor.signal);
  await hold.arrived();
  visitor.abort();
  expect((await answer).status).toBe(502);
  hold.release();
});
