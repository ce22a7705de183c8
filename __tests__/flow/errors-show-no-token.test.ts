import { inspect } from 'node:util';
import type { AxiosRequestConfig } from 'axios';
import { header, queryParameter, type TokenPlacement } from '../../lib/index.js';
import type { TokenLocation } from '../../lib/testing/index.js';
import { park } from '../support/parked.js';
import { rejection, startWorld, type World } from '../support/world.js';

const placements: { place: string; tokenFrom: TokenLocation; sendAs?: TokenPlacement }[] = [
  { place: 'Authorization', tokenFrom: 'bearer' },
  { place: 'a header', tokenFrom: { header: 'X-Api-Token' }, sendAs: header('X-Api-Token') },
  { place: 'the query', tokenFrom: { query: 'access_token' }, sendAs: queryParameter('access_token') },
];

const boom = (): never => {
  throw new Error('this answer cannot be read');
};

const failures: [string, AxiosRequestConfig, ((world: World) => void)?][] = [
  ['a status 500', { url: '/status/500' }],
  ['a 401 that surfaces after a resend', { url: '/denied' }],
  ['a 401 that is not resent', { url: '/denied-scope' }],
  ['a status 500 whose answer is a stream', { url: '/status/500', responseType: 'stream' }],
  ['a broken connection', { url: '/x' }, ({ upstream }) => upstream.intercept((_, response) => !!response.destroy())],
  ['a transformResponse that throws', { url: '/things', transformResponse: boom }],
  [
    'one of several transformResponse that throws',
    { url: '/things', transformResponse: [(data: unknown) => data, boom] },
  ],
  [
    'JSON that cannot be parsed',
    { url: '/x', responseType: 'json', transitional: { silentJSONParsing: false } },
    ({ upstream }) => upstream.intercept((_, response) => !!response.end('{"half":')),
  ],
  [
    'a status 500 with JSON that cannot be parsed',
    { url: '/x', responseType: 'json', transitional: { silentJSONParsing: false } },
    ({ upstream }) => upstream.intercept((_, response) => !!response.writeHead(500).end('{"half":')),
  ],
  ['an answer that is too long', { url: '/stream', params: { bytes: 100_000 }, maxContentLength: 10 }],
  ['too many redirects', { url: '/redirect', params: { to: '/redirect?to=/redirect' }, maxRedirects: 1 }],
  ['a timeout', { url: '/x', timeout: 20 }, ({ upstream }) => void park(upstream, ['/x'])],
];

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test.each(
    placements.flatMap((placement) =>
      failures.map(([what, options, prepare]) => ({ ...placement, what, options, prepare })),
    ),
  )(
    'a token in $place is shown neither by JSON nor by a print of the error of $what',
    async ({ tokenFrom, sendAs, options, prepare }) => {
      const world = await startWorld({ axios: { adapter }, upstream: { tokenFrom }, source: { sendAs } });
      await world.auth.getToken(); // the time of the token request is no part of the call's
      prepare?.(world);
      const error = (await rejection(world.api.request(options))) as AxiosErrorLike;
      for (const shown of [error, error.config, error.response?.config, { ...error.config?.headers }, error.message])
        for (const token of tokensOf(world)) expect(JSON.stringify(shown ?? null)).not.toContain(token);
      for (const token of tokensOf(world)) expect(inspect(error, { depth: 20 })).not.toContain(token);
    },
  );
});

function tokensOf({ upstream }: World): string[] {
  const tokens = upstream.requests.flatMap(({ token }) => token ?? []);
  expect(tokens.length).toBeGreaterThan(0);
  return tokens;
}

interface AxiosErrorLike {
  message: string;
  config?: { headers: object };
  response?: { config: object };
}

test('of an error that surfaces after a failed refresh, neither the error nor its cause shows a token or the secret', async () => {
  const { api, server, upstream } = await startWorld();
  await api.get('/warm-up');
  server.revokeAll();
  const secret = server.clientSecret;
  server.fail({
    status: 400,
    error: 'invalid_client',
    errorDescription: `wrong: ${secret} ${upstream.requests[0]!.token}`,
  });
  const error = (await rejection(api.get('/things'))) as Error;
  const shown = JSON.stringify([error, error.cause]) + String(error.cause) + String((error.cause as Error).stack);
  expect(shown).toContain('invalid_client');
  expect(shown).not.toContain(secret);
});

test('an abort during the API call: its error shows no token', async () => {
  const { api, upstream } = await startWorld();
  const hold = upstream.hold();
  const leaving = new AbortController();
  const call = rejection(api.get('/things', { signal: leaving.signal }));
  await hold.arrived();
  leaving.abort();
  const error = (await call) as AxiosErrorLike;
  expect(JSON.stringify([error, error.config ?? null])).not.toContain(upstream.requests[0]!.token);
  hold.release();
});
