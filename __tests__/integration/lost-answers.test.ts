import { type Clock, systemClock } from '../../lib/clock.js';
import { dpop } from '../../lib/dpop/index.js';
import { tls, trusting } from './certificates.js';
import { type Method, METHODS, methods } from './methods.js';
import type { Grant, ProviderClient } from './provider.js';
import { attached, useProvider } from './suite.js';

// A token request that was heard, and whose answer did not come: the next attempt must be as good as new, since neither an assertion
// nor a proof is taken twice.

const BINDINGS = [undefined, 'dpop', 'dpop with nonces'] as const;
type Binding = (typeof BINDINGS)[number];

const clientOf = (method: Method, binding: Binding): ProviderClient => ({
  id: `${method}, ${binding ?? 'Bearer'}`,
  method,
  ...METHODS[method].registered,
  ...(binding && { binding }),
});
const cells = methods.flatMap((method) => BINDINGS.map((binding) => [method, binding ?? 'Bearer', binding] as const));
const provider = useProvider(
  cells.map(([method, , binding]) => clientOf(method, binding)),
  tls,
);

/** Pauses are short; deadlines are not. */
const clock: Clock = { ...systemClock, setTimeout: (run, ms) => systemClock.setTimeout(run, ms < 1000 ? 1 : ms) };

const attachedAs = (method: Method, binding: Binding) => {
  const { clientAuth, identity } = METHODS[method];
  const options = {
    clientAuth,
    tokenUrl: identity ? provider().tlsTokenUrl! : provider().tokenUrl,
    ...(binding && { dpop: dpop() }),
  };
  return attached(provider(), clientOf(method, binding), options, { clock }, { httpsAgent: trusting() });
};

test.each(cells)('%s, %s: the next attempt is taken', async (method, _name, binding) => {
  const { api, auth, events } = attachedAs(method, binding);
  await auth.getToken(); // so that the nonce is known
  await provider().resetCounts();
  await provider().loseAnswers([503, 503]);
  await auth.refresh();
  expect((await api.get<Grant>('/things')).data.clientId).toBe(clientOf(method, binding).id);
  expect(events.of('token:failed').slice(-2)).toMatchObject([{ status: 503 }, { status: 503 }]);
  expect((await provider().counts()).tokenRequests).toBe(3);
  expect(await provider().refusals()).toEqual([]);
});

test('a connection that ends without an answer likewise', async () => {
  const { auth, events } = attachedAs('private_key_jwt', 'dpop with nonces');
  await auth.getToken();
  await provider().resetCounts();
  await provider().loseAnswers([0]);
  await auth.refresh();
  expect(events.of('token:failed').slice(-1)).toMatchObject([{ code: 'ERR_TOKEN_NETWORK' }]);
  expect((await provider().counts()).tokenRequests).toBe(2);
  expect(await provider().refusals()).toEqual([]);
});
