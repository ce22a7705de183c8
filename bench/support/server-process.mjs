/**
 * The other side, in a process of its own: an authorization server and an API on 127.0.0.1, and a second origin.
 *
 * Everything is kept per "world", the first segment of the path, so that several contenders can be measured at the same
 * time without meeting each other's tokens: `/<world>/token`, `/<world>/api/…`. The parent sets faults and reads counts by
 * message: `{ id, world, set?, revoke? }` is answered with `{ id, counts }`. `/plain` answers at once, for raw throughput.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';

const worlds = new Map();

function worldNamed(name) {
  let world = worlds.get(name);
  if (!world) {
    world = {
      faults: { lifetimeMs: 3_600_000, tokenDelayMs: 0, endpoint: 'works', api: 'works' },
      tokens: new Map(), // token → when it ends
      counts: { tokenRequests: 0, apiCalls: 0, foreignTokens: 0, authorizations: [], bodySizes: [] },
    };
    worlds.set(name, world);
  }
  return world;
}

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const later = (ms, run) => (ms > 0 ? setTimeout(run, ms) : run());

function issueToken({ faults, tokens, counts }, response) {
  counts.tokenRequests += 1;
  if (faults.endpoint === 'hangs') return;
  later(faults.tokenDelayMs, () => {
    if (faults.endpoint === 'fails') return answer(response, 500, { error: 'server_error' });
    if (faults.endpoint === 'denies') return answer(response, 401, { error: 'invalid_client' });
    const token = randomBytes(16).toString('hex');
    tokens.set(token, Date.now() + faults.lifetimeMs);
    return answer(response, 200, { access_token: token, token_type: 'Bearer', expires_in: faults.lifetimeMs / 1000 });
  });
}

function serveApi({ faults, tokens, counts }, request, response, url) {
  counts.apiCalls += 1;
  const authorization = request.headers.authorization ?? '';
  if (counts.authorizations.length < 20) counts.authorizations.push(authorization);
  const endsAt = tokens.get(authorization.replace(/^Bearer /, '')) ?? 0;
  const accepted = faults.api === 'works' && endsAt > Date.now();

  let size = 0;
  request.on('data', (chunk) => (size += chunk.length));
  request.on('end', () => {
    if (counts.bodySizes.length < 20) counts.bodySizes.push(size);
    if (accepted || url.pathname.endsWith('/open')) return answer(response, 200, { ok: true });
    return later(Number(url.searchParams.get('late')), () => answer(response, 401, { message: 'token rejected' }));
  });
}

const home = http.createServer((request, response) => {
  if (request.url === '/plain') return answer(response, 200, { ok: true });
  const url = new URL(request.url, 'http://home');
  const [, name, area] = url.pathname.split('/');
  if (area !== 'token') return serveApi(worldNamed(name), request, response, url);
  request.resume();
  return issueToken(worldNamed(name), response);
});

const foreign = http.createServer((request, response) => {
  if (/^Bearer /.test(request.headers.authorization ?? '')) {
    worldNamed(request.url.split('/')[1]).counts.foreignTokens += 1;
  }
  answer(response, 200, { ok: true });
});

const listen = (server) =>
  new Promise((resolve) => {
    server.keepAliveTimeout = 120_000; // longer than any run: no socket ends while a call takes it
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () =>
      resolve(`http://127.0.0.1:${server.address().port}`),
    );
  });

process.on('message', ({ id, world: name, set, revoke }) => {
  const world = worldNamed(name);
  Object.assign(world.faults, set);
  if (revoke) world.tokens.clear();
  process.send({ id, counts: world.counts });
});
process.on('disconnect', () => process.exit());

process.send({ origin: await listen(home), foreignOrigin: await listen(foreign) });
