import { Gate } from '../../lib/source/gate.js';
import { turn, until } from '../support/turn.js';
import { manualClock, rejection } from '../support/world.js';
import { tenancy, type Tenancy, tenantsNamed } from './tenancy.js';

// Tenants whose token endpoints do not answer, and all the others, at one gate.

const SECOND = 1000;
const DEADLINE = 10 * SECOND;
const never = new AbortController().signal;

/** `ill`: tenants who get no answer. */
function clinic(): Tenancy & { clock: ReturnType<typeof manualClock>; ill: Set<string> } {
  const clock = manualClock();
  const ill = new Set<string>();
  const world = tenancy({
    clock,
    random: () => 0,
    answer: ({ tenant }, token) => (ill.has(tenant!) ? new Promise<never>(() => undefined) : token),
  });
  return { ...world, clock, ill };
}

/** All of them call, and get no token until the deadline. */
async function fail({ call, clock, ill }: ReturnType<typeof clinic>, tenants: string[]): Promise<void> {
  for (const tenant of tenants) ill.add(tenant);
  const calls = tenants.map((tenant) => rejection(call(tenant)));
  await turn();
  await clock.advance(DEADLINE);
  await Promise.all(calls);
}

test('eight tenants who hang hold the gate once, until their deadline', async () => {
  const { call, asked, clock, ill } = clinic();
  const tenants = tenantsNamed('ill', 8);
  for (const tenant of tenants) ill.add(tenant);
  const hanging = tenants.map((tenant) => rejection(call(tenant)));
  await until(() => asked.length === 8);
  await clock.advance(DEADLINE / 2);
  const waiting = call('good');
  await turn();
  expect(asked).toEqual(tenants);
  await clock.advance(DEADLINE / 2);
  await waiting;
  await Promise.all(hanging);
});

test('those who hung hold four places when they come back, and a new tenant is served as if they were not there', async () => {
  const world = clinic();
  const tenants = tenantsNamed('ill', 100);
  await fail(world, tenants);
  await world.clock.advance(SECOND); // the end of their pause
  world.asked.length = 0;
  const again = tenants.map((tenant) => rejection(world.call(tenant)));
  await until(() => world.asked.length === 4);
  await Promise.all(tenantsNamed('good', 50).map(world.call));
  expect(world.asked.slice(0, 4)).toEqual(tenants.slice(0, 4));
  expect(world.asked.slice(4)).toEqual(tenantsNamed('good', 50));
  await world.clock.advance(DEADLINE);
  await Promise.all(again);
});

test('who gets a token is one of the others again', async () => {
  const world = clinic();
  const tenants = tenantsNamed('ill', 8);
  await fail(world, tenants);
  world.ill.clear();
  await world.clock.advance(SECOND);
  await Promise.all(tenants.map(world.call));

  await world.clock.advance(3600 * SECOND); // all have ended
  world.asked.length = 0;
  for (const tenant of tenants) world.ill.add(tenant);
  const calls = tenants.map((tenant) => rejection(world.call(tenant)));
  await until(() => world.asked.length === 8);
  await world.clock.advance(DEADLINE);
  await Promise.all(calls);
});

test('a single place is enough for everybody, one after the other', async () => {
  const gate = new Gate({ concurrency: 1 });
  const ran: string[] = [];
  const run = (name: string, hasFailed: boolean): Promise<unknown> =>
    gate.run(ran.length, true, never, () => turn().then(() => ran.push(name)), hasFailed);
  await Promise.all([run('failed before', true), run('new', false), run('failed, too', true)]);
  expect(ran.sort()).toEqual(['failed before', 'failed, too', 'new']);
});

test('who failed before and leaves frees the place that he has, or waits for', async () => {
  const gate = new Gate({ concurrency: 2 });
  const hang = (): Promise<never> => new Promise(() => undefined);
  const [running, queued] = [new AbortController(), new AbortController()];
  const first = rejection(gate.run(1, true, running.signal, hang, true));
  const second = rejection(gate.run(2, true, queued.signal, hang, true));
  const third = gate.run(3, true, never, () => Promise.resolve('ran'), true);
  await turn();
  queued.abort('queued');
  running.abort('running');
  expect(await Promise.all([first, second, third])).toEqual(['running', 'queued', 'ran']);
});
