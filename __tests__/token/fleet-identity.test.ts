import { TokenConfigError } from '../../lib/errors.js';
import type { Token } from '../../lib/token.js';
import { fleetWorld, type Process } from './fleet-rig.js';
import { API, HOUR, MINUTE, permanent, SECOND, watch, type Watched } from './rig.js';

// Which token in the store is this process's, by the credential that it has now.

const obtain = (one: Process): Watched<Token> => watch(one.manager.obtain(one.entry));

/** Names under which a process has called upon the store. */
const names = (one: Process): string[] => [...new Set(one.line.calls.map(({ args }) => args[0] as string))];

describe('processes with another credential', () => {
  it('do not see each other', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process({ identity: 'red' }), world.process({ identity: 'blue' })];
    const calls = [obtain(one), obtain(other)];
    await world.settle();
    await one.last().answer('for-red');
    await other.last().fail(permanent());
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['for-red', undefined]);
    expect([names(one), names(other)]).toEqual([['red/'], ['blue/']]);
    expect(one.manager.inspect()).toMatchObject([{ failures: 0 }]);
  });
});

describe('a secret that is changed', () => {
  it('takes no more notice of the old name: neither of its token nor of its failure', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process({ identity: 'old' }), world.process({ identity: 'old' })];
    await world.begun(one, 'of-the-old', 10 * MINUTE);
    await world.advance(10 * MINUTE);
    await world.begun(other, 'of-the-old-again');
    one.identity = 'new';
    const before = one.line.count();
    const call = obtain(one);
    await world.settle();
    expect(one.requests).toHaveLength(2);
    await one.last().answer('of-the-new');
    expect(call.value?.accessToken).toBe('of-the-new');
    expect([...new Set(one.line.calls.slice(before).map(({ args }) => args[0]))]).toEqual(['new/']);
  });

  it('finds what processes with the new one have', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process({ identity: 'old' }), world.process({ identity: 'new' })];
    await world.begun(one, 'a', 10 * MINUTE);
    await world.advance(MINUTE);
    await world.begun(other, 'b', HOUR);
    one.identity = 'new';
    await world.advance(8 * MINUTE);
    one.manager.peek(one.entry); // its early refresh
    await world.settle();
    expect(one.manager.peek(one.entry)!.accessToken).toBe('b');
    expect(one.requests).toHaveLength(1);
  });

  it('while its own failure holds, the token of the new one is found', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process({ identity: 'old' }), world.process({ identity: 'new' })];
    const failed = obtain(one);
    await world.settle();
    await one.last().fail(permanent());
    expect(failed.state).toBe('rejected');
    await world.begun(other, 'b');
    one.identity = 'new';
    const call = obtain(one);
    await world.settle();
    expect(call.value?.accessToken).toBe('b');
  });

  it('a token of the old one that is refused removes nothing of the new one', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process({ identity: 'old' }), world.process({ identity: 'new' })];
    const old = await world.begun(one, 'a');
    await world.advance(SECOND);
    await world.begun(other, 'b');
    one.identity = 'new';
    const renewal = watch(one.manager.renew(one.entry, old, API));
    await world.settle();
    expect(renewal.value?.token?.accessToken).toBe('b');
    expect((await world.standing('new')).record).toBeDefined();
    expect((await world.standing('old')).record).toBeUndefined();
  });
});

describe('a credential that cannot be told', () => {
  it.each([
    ['rejects', () => Promise.reject(new TokenConfigError('`clientSecret` is another one each time'))],
    [
      'throws',
      () => {
        throw new TypeError('no such function');
      },
    ],
  ])('%s: the process works alone, an event tells why, and the store hears nothing', async (_what, keyOf) => {
    const world = fleetWorld();
    const one = world.process({ keyOf });
    const token = await world.begun(one, 'a');
    expect(one.line.count()).toBe(0);
    expect(one.named('store:error')).toMatchObject([{ operation: 'identify', retryInMs: undefined }]);
    expect(one.manager.inspect()).toMatchObject([{ store: 'local', state: 'fresh' }]);
    const renewal = watch(one.manager.renew(one.entry, token, API));
    await world.settle();
    await one.last().answer('b');
    expect(renewal.value).toMatchObject({ forced: true, token: { accessToken: 'b' } });
    one.manager.invalidate();
    const failed = obtain(one);
    await world.settle();
    await one.last().fail(permanent());
    expect(failed.reason).toMatchObject({ status: 401 });
    expect(one.line.count()).toBe(0);
  });

  it('and then can: the token is shared from there on', async () => {
    const world = fleetWorld();
    let isBroken = true;
    const one = world.process({
      keyOf: () => (isBroken ? Promise.reject(new Error('not yet')) : Promise.resolve('secret/')),
    });
    await world.begun(one, 'a', MINUTE);
    isBroken = false;
    await world.advance(MINUTE);
    await world.begun(one, 'b');
    const other = world.process();
    expect((await other.manager.obtain(other.entry)).accessToken).toBe('b');
    expect(one.manager.inspect()).toMatchObject([{ store: 'shared' }]);
  });

  it('and no longer can: what it has now is its own', async () => {
    const world = fleetWorld();
    let isBroken = false;
    const one = world.process({
      keyOf: () => (isBroken ? Promise.reject(new Error('gone')) : Promise.resolve('secret/')),
    });
    await world.begun(one, 'a');
    isBroken = true;
    const refreshed = watch(one.manager.refresh(one.entry));
    await world.settle();
    await one.last().answer('b');
    expect(one.manager.inspect()).toMatchObject([{ store: 'local' }]);
    one.manager.drop(one.entry, refreshed.value!);
    await world.settle();
    expect((await world.standing()).record).toBeDefined();
  });

  it('takes too long: after a fifth of its time the process works alone, and an event tells why', async () => {
    const world = fleetWorld();
    const one = world.process({ keyOf: () => new Promise(() => undefined) });
    const call = obtain(one);
    await world.advance(2 * SECOND - 1);
    expect(one.requests).toHaveLength(0);
    await world.advance(1);
    await one.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
    expect(one.named('store:error')).toMatchObject([{ operation: 'identify' }]);
    expect(one.line.count()).toBe(0);
  });
});
