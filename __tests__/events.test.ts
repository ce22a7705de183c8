import diagnostics from 'node:diagnostics_channel';
import { createEvents, EVENT_NAMES, type TokenEvents } from '../lib/events.js';

const skipped: TokenEvents['request:skipped'] = { method: 'GET', origin: 'https://a.test', reason: 'origin' };
const describeIt = (): TokenEvents['request:skipped'] => skipped;

describe('listeners', () => {
  it('hear every event of their kind, and no other', () => {
    const events = createEvents();
    const [heard, other] = [jest.fn(), jest.fn()];
    events.on('request:skipped', heard);
    events.on('request:unbound', other);
    events.emit('request:skipped', describeIt);
    events.emit('request:skipped', describeIt);
    expect(heard.mock.calls).toEqual([[skipped], [skipped]]);
    expect(other).not.toHaveBeenCalled();
  });

  it('of one kind are all served, in the order in which they came', () => {
    const events = createEvents();
    const order: number[] = [];
    for (const number of [1, 2, 3]) events.on('request:skipped', () => order.push(number));
    events.emit('request:skipped', describeIt);
    expect(order).toEqual([1, 2, 3]);
  });

  it('stop hearing after unsubscribing, each by itself', () => {
    const events = createEvents();
    const listener = jest.fn();
    const first = events.on('request:skipped', listener);
    events.on('request:skipped', listener);
    first();
    first();
    events.emit('request:skipped', describeIt);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('may unsubscribe while they are served', () => {
    const events = createEvents();
    const heard: string[] = [];
    const offs = ['a', 'b'].map((name) =>
      events.on('request:skipped', () => {
        heard.push(name);
        for (const off of offs) off();
      }),
    );
    events.emit('request:skipped', describeIt);
    events.emit('request:skipped', describeIt);
    expect(heard).toEqual(['a']);
  });

  it('that subscribe while they are served hear the next event, not this one', () => {
    const events = createEvents();
    let heard = 0;
    const again = (): void => {
      heard += 1;
      if (heard < 100) events.on('request:skipped', again);
    };
    events.on('request:skipped', again);
    events.emit('request:skipped', describeIt);
    expect(heard).toBe(1);
  });

  it('of two hubs are apart', () => {
    const [one, other] = [createEvents(), createEvents()];
    const heard = jest.fn();
    one.on('request:skipped', heard);
    other.emit('request:skipped', describeIt);
    expect(heard).not.toHaveBeenCalled();
  });
});

describe('a listener that throws', () => {
  let warnings: jest.SpyInstance;
  beforeEach(() => {
    warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  });
  afterEach(() => {
    warnings.mockRestore();
  });

  it.each<[string, unknown]>([
    ['an error', new Error('mine')],
    ['a text', 'mine'],
    ['undefined', undefined],
    ['a symbol', Symbol('mine')],
    ['an object that cannot be made a text', Object.create(null)],
  ])('%s: a process warning, no failure, and the others are served', (_, thrown) => {
    const events = createEvents();
    const next = jest.fn();
    events.on('request:skipped', () => {
      throw thrown;
    });
    events.on('request:skipped', next);
    expect(() => {
      events.emit('request:skipped', describeIt);
    }).not.toThrow();
    expect(next).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining('listener'));
  });

  it('asynchronously: a process warning, and no unhandled rejection', async () => {
    const events = createEvents();
    const listener = async (): Promise<void> => {
      await Promise.resolve();
      throw new Error('mine');
    };
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the types allow it, so users will do it
    events.on('request:skipped', listener);
    events.emit('request:skipped', describeIt);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining('mine'));
  });
});

describe('diagnostics_channel', () => {
  it.each(EVENT_NAMES)('carries %s, after the listeners', (name) => {
    const events = createEvents();
    const heard: unknown[] = [];
    const subscriber = (message: unknown, channel: string | symbol): number => heard.push([channel, message]);
    events.on(name, (event) => heard.push(event));
    diagnostics.subscribe(`axios-client-credentials:${name}`, subscriber);
    const event = { method: 'GET' } as never;
    events.emit(name, () => event);
    diagnostics.unsubscribe(`axios-client-credentials:${name}`, subscriber);
    events.emit(name, () => event);
    expect(heard).toEqual([event, [`axios-client-credentials:${name}`, event], event]);
  });
});

describe('without anybody listening', () => {
  it('nothing is put together', () => {
    const events = createEvents();
    const describeEvent = jest.fn(describeIt);
    events.emit('request:skipped', describeEvent);
    events.on('request:unbound', () => {});
    events.emit('request:skipped', describeEvent);
    events.on('request:skipped', () => {})();
    events.emit('request:skipped', describeEvent);
    expect(describeEvent).not.toHaveBeenCalled();
  });

  it('it is put together once, however many listen', () => {
    const events = createEvents();
    const describeEvent = jest.fn(describeIt);
    const subscriber = (): void => {};
    diagnostics.subscribe('axios-client-credentials:request:skipped', subscriber);
    for (let count = 0; count < 3; count++) events.on('request:skipped', () => {});
    events.emit('request:skipped', describeEvent);
    diagnostics.unsubscribe('axios-client-credentials:request:skipped', subscriber);
    expect(describeEvent).toHaveBeenCalledTimes(1);
  });
});
