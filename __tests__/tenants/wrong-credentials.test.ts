import { turn, until } from '../support/turn.js';
import { manualClock, rejection } from '../support/world.js';
import { currentTenant, invalidClient, tenancy, type Tenancy, type TenancyOptions, tenantsNamed } from './tenancy.js';

const SECOND = 1000;
const never = new Promise<never>(() => undefined);

/** A tenant whose name begins with `wrong` is refused, one whose name begins with `hanging` gets no answer. */
function mixed(options: TenancyOptions = {}): Tenancy & { clock: ReturnType<typeof manualClock> } {
  const clock = manualClock();
  const world = tenancy({
    clock,
    random: () => 0,
    answer: ({ tenant }, token) => {
      if (tenant!.startsWith('wrong')) throw invalidClient();
      return tenant!.startsWith('hanging') ? never : token;
    },
    ...options,
  });
  return { ...world, clock };
}

test('a wrong secret fails its own calls only, and is tried once however many they are', async () => {
  const { call, asked, sends } = mixed();
  const calls = tenantsNamed('good', 100).flatMap((tenant) => [call(tenant), rejection(call('wrong'))]);
  const outcomes = await Promise.all(calls);
  for (const [index, outcome] of outcomes.entries())
    expect(outcome).toMatchObject(index % 2 ? { error: 'invalid_client' } : { status: 200 });
  expect(asked.filter((tenant) => tenant === 'wrong')).toHaveLength(1);
  expect(sends).toHaveLength(100); // nothing is sent without a token
});

test('1,000 wrong tenants who call on and on leave the gate to others: a new tenant’s token request is the next one', async () => {
  const { call, asked } = mixed();
  const wrong = tenantsNamed('wrong', 1000);
  await Promise.all(wrong.map((tenant) => rejection(call(tenant))));
  asked.length = 0;
  const failing = wrong.flatMap((tenant) => Array.from({ length: 5 }, () => rejection(call(tenant))));
  await call('good');
  expect(asked).toEqual(['good']);
  for (const error of await Promise.all(failing)) expect(error).toMatchObject({ error: 'invalid_client' });
  expect(asked).toEqual(['good']);
});

test('a tenant whose endpoint hangs holds one place of eight, until the deadline, and none in the pause after it', async () => {
  const { call, asked, clock, auth } = mixed();
  const hanging = Array.from({ length: 50 }, () => rejection(call('hanging')));
  await until(() => asked.length === 1);
  await Promise.all(tenantsNamed('good', 200).map(call));
  expect(asked).toHaveLength(201);

  await clock.advance(10 * SECOND);
  for (const error of await Promise.all(hanging)) expect(error).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
  const status = auth.inspect().filter(({ failures }) => failures > 0);
  expect(status).toMatchObject([{ refreshing: false, waiting: 0, lastError: 'ERR_TOKEN_TIMEOUT' }]);
  await Promise.all(tenantsNamed('better', 200).map(call));
});

test.each([
  ['fresh', 100, 0],
  ['stale', 3400, 0],
  ['about to end', 3595, 2], // waits for a new one, for half of what is left
])('with every place held by a tenant that hangs, who has a token is served: %s', async (_, age, waits) => {
  const { call, asked, sends, clock } = mixed();
  await call('good');
  await clock.advance(age * SECOND);
  const hanging = tenantsNamed('hanging', 8).map((tenant) => rejection(call(tenant)));
  await until(() => asked.length === 9);
  const served = call('good');
  await turn();
  expect(sends).toHaveLength(waits === 0 ? 2 : 1);
  await clock.advance(waits * SECOND);
  await served;
  expect(sends.map(({ owner }) => owner)).toEqual(['good', 'good']);
  await clock.advance(10 * SECOND);
  await Promise.all(hanging);
});

test('the endpoint of one tenant is down: the wait for the end of its pause keeps no other call', async () => {
  let down = true;
  const { call, asked, clock } = mixed({
    answer: ({ tenant }, token) => {
      if (down && tenant === 'ill') throw new Error('unreachable');
      return token;
    },
  });
  await rejection(call('ill'));
  down = false;
  const waiting = call('ill'); // served after the pause
  await currentTenant.run('good', () => turn());
  await call('good');
  expect(asked).toEqual(['ill', 'good']);
  await clock.advance(SECOND);
  await waiting;
  expect(asked).toEqual(['ill', 'good', 'ill']);
});
