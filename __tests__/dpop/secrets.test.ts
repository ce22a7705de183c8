import { inspect } from 'node:util';
import { dpop } from '../../lib/dpop/index.js';
import { jwkOf, pairFor, pemOf } from '../client-auth/keys.js';
import { expectHidden } from '../security/shown.js';
import { rejection } from '../support/world.js';
import { accessTokenIn, type DpopWorld, type Setting, startDpopWorld } from './parties.js';

// What could be logged shows neither a token, nor a proof of it, nor the key.

const { privateKey } = pairFor('ES256');
const pem = pemOf(privateKey);
const keyParts = [...pem.split('\n').filter((line) => /^[\w+/=]{20,}$/.test(line)), jwkOf(privateKey).d!];

interface AxiosErrorLike {
  message: string;
  config?: object;
  response?: { config: object };
}

function secretsOf({ upstream, server }: DpopWorld): string[] {
  const sent = upstream.requests.flatMap((request) => [accessTokenIn(request), request.headers.dpop]);
  const asked = server.requests.map(({ headers }) => headers.dpop);
  const secrets = [...sent, ...asked].filter((secret) => secret !== undefined);
  expect(secrets.length).toBeGreaterThan(2);
  return [...secrets, ...keyParts];
}

const boom = (): never => {
  throw new Error('this answer cannot be read');
};

const failures: [what: string, options: object, prepare: (world: DpopWorld) => void][] = [
  ['a status 500', {}, ({ upstream }) => (upstream.answering = () => ({ status: 500 }))],
  ['a nonce that is not taken', {}, ({ upstream }) => Object.assign(upstream, { nonce: 'x', announce: () => 'y' })],
  ['a 401 after a resend', {}, ({ upstream }) => (upstream.answering = () => ({ status: 401 }))],
  ['a transformResponse that throws', { transformResponse: boom }, () => undefined],
  [
    'too many redirects',
    { maxRedirects: 1 },
    ({ upstream }) => (upstream.answering = () => ({ status: 302, headers: { location: '/x' } })),
  ],
];

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test.each(failures)('JSON of the error of %s', async (_what, options, prepare) => {
    const world = await startDpopWorld({ axios: { adapter }, dpop: { key: pem } });
    prepare(world);
    const error = (await rejection(world.api.get('/things', options))) as AxiosErrorLike;
    for (const shown of [error, error.config, error.response?.config, error.message]) {
      const text = JSON.stringify(shown ?? null);
      expect(secretsOf(world).filter((secret) => text.includes(secret))).toEqual([]);
    }
    for (const config of [error.config, error.response?.config]) expectHidden(config ?? {}, secretsOf(world));
  });
});

test('errors of the token side, with what the server repeats of the proof', async () => {
  const world = await startDpopWorld({ dpop: { key: pem } });
  await world.api.get('/warm-up');
  world.server.answering = ({ headers }) => ({
    status: 400,
    body: { error: 'invalid_dpop_proof', error_description: `no good: ${headers.dpop!}` },
  });
  const error = await rejection(world.auth.refresh());
  expect(error).toMatchObject({ error: 'invalid_dpop_proof', errorDescription: 'no good: [redacted]' });
  expectHidden(error, secretsOf(world));
});

test('the binding, the source, the handle, its status and its events', async () => {
  const setting: Setting = { binding: dpop({ key: jwkOf(privateKey) }) };
  const world = await startDpopWorld(setting);
  world.upstream.nonce = 'the-nonce';
  await world.api.get('/things');
  const secrets = secretsOf(world);
  for (const value of [
    setting.binding,
    world.auth,
    world.auth.inspect(),
    world.events.all,
    await world.auth.getToken(),
  ])
    expectHidden(value, secrets);
  expect(inspect(setting.binding, { depth: 5, showHidden: true })).not.toContain('the-nonce');
});
