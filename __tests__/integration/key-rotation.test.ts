import { type ClientAuth, mutualTls, privateKeyJwt } from '../../lib/client-auth/index.js';
import { jwkOf, newPair } from '../client-auth/keys.js';
import { rejection } from '../support/world.js';
import { ca, Identity, tls } from './certificates.js';
import type { Grant, ProviderClient } from './provider.js';
import { attached, useProvider } from './suite.js';

const pairs = { old: newPair('ES256'), new: newPair('ES256') };
const identities = { old: new Identity('reports'), new: new Identity('reports') };
type Which = keyof typeof pairs;

const public_ = (which: Which): object => ({ ...jwkOf(pairs[which].publicKey), kid: which });
const signs: ProviderClient = { id: 'signs', method: 'private_key_jwt', keys: [public_('old')] };
const shows: ProviderClient = { id: 'shows', method: 'self_signed_tls_client_auth', keys: [identities.old.jwk] };
const provider = useProvider([signs, shows], tls);

/** A client, how the provider registers each of its keys, and a method that uses the key that `current` names. */
interface Rotating {
  client: ProviderClient;
  registered: (which: Which) => object;
  method: (current: () => Which) => ClientAuth;
}

const ways: [string, Rotating][] = [
  [
    'private_key_jwt',
    {
      client: signs,
      registered: public_,
      method: (current) =>
        privateKeyJwt({
          key: async () => {
            const which = current();
            return { ...jwkOf(pairs[which].privateKey), kid: which };
          },
          algorithm: 'ES256',
        }),
    },
  ],
  [
    'self_signed_tls_client_auth',
    {
      client: shows,
      registered: (which) => identities[which].jwk,
      method: (current) => {
        // Both are asked for one attempt: they must be of one identity.
        let shown: Identity;
        return mutualTls({ cert: () => (shown = identities[current()]).cert, key: () => shown.key, ca });
      },
    },
  ],
];

test.each(ways)('%s: the key is replaced at the provider while calls go on, and none fails', async (_name, way) => {
  let current: Which = 'old';
  const asked: Record<Which, number> = { old: 0, new: 0 };
  const clientAuth = way.method(() => {
    asked[current] += 1;
    return current;
  });
  const { api, auth } = attached(provider(), way.client, {
    clientAuth,
    tokenUrl: way.client === shows ? provider().tlsTokenUrl! : provider().tokenUrl,
  });

  // Each caller calls, and has the token replaced, again and again; the test goes on when all of them have been round once more.
  let stopped = false;
  const rounds = [0, 0, 0];
  const callers = rounds.map(async (_zero, index) => {
    while (!stopped) {
      await auth.refresh();
      expect((await api.get<Grant>(`/things/${index}`)).data.clientId).toBe(way.client.id);
      rounds[index]! += 1;
    }
  });
  const running = Promise.all(callers);
  const allRoundTwice = async (): Promise<void> => {
    const before = [...rounds];
    while (rounds.some((round, index) => round < before[index]! + 2)) await Promise.race([running, auth.refresh()]);
  };
  const register = (...keys: Which[]): Promise<void> =>
    provider().register({ ...way.client, keys: keys.map(way.registered) });

  await allRoundTwice();
  await register('old', 'new');
  await allRoundTwice();
  expect(asked.new).toBe(0);
  current = 'new';
  await allRoundTwice();
  const { old } = asked;
  await register('new');
  await allRoundTwice();
  stopped = true;
  await running;
  expect(asked).toEqual({ old, new: expect.any(Number) });
  expect(asked.new).toBeGreaterThanOrEqual(4);
  expect(await provider().refusals()).toEqual([]);
  expect(await provider().counts()).toMatchObject({ apiRejections: 0 });

  // The old one is worth nothing now.
  current = 'old';
  expect(await rejection(auth.refresh())).toMatchObject({ name: 'TokenEndpointError', error: 'invalid_client' });
});
