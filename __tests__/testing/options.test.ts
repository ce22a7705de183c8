import { startProtectedApi, startTokenServer } from '../../lib/testing/index.js';

describe('startTokenServer() rejects with a TypeError that names', () => {
  it.each<[string, unknown, string]>([
    ['an unknown option', { lifetime: 5 }, "unknown option 'lifetime'"],
    ['an unknown client option', { clients: [{ clientId: 'a', secret: 'b' }] }, "clients[0]: unknown option 'secret'"],
    ['a missing client id', { clients: [{ clientSecret: 'b' }] }, "clients[0]: option 'clientId' is required"],
    ['no clients', { clients: [] }, "'clients' must be an array of at least one client, received an array"],
    ['a client that is none', { clients: ['a'] }, 'clients[0]: the options must be an object, received string'],
    [
      'scopes',
      { clients: [{ clientId: 'a', scopes: 'read' }] },
      "'scopes' must be an array of strings, received string",
    ],
    ['path', { path: 'token' }, "'path' must be a string that starts with '/', received string"],
    ['lifetimeSeconds', { lifetimeSeconds: '60' }, "'lifetimeSeconds' must be a number or a function, received string"],
    ['latencyMs', { latencyMs: -1 }, "'latencyMs' must be a number of milliseconds"],
    ['reissue', { reissue: 'never' }, "'reissue' must be one of 'independent', 'same', 'extends', 'replaces'"],
    ['tokenType', { tokenType: '' }, "'tokenType' must be a string that is not empty"],
    ['answer', { answer: {} }, "'answer' must be a function, received object"],
    ['now', { now: 5 }, "'now' must be a function, received number"],
    ['no options at all', null, 'the options must be an object, received null'],
  ])('%s', async (_title, options, message) => {
    const start = startTokenServer(options as Parameters<typeof startTokenServer>[0]);
    await expect(start).rejects.toThrow(TypeError);
    await expect(start).rejects.toThrow(message);
  });

  it('nothing when every option is undefined', async () => {
    const undefinedOptions = {
      clients: undefined,
      path: undefined,
      lifetimeSeconds: undefined,
      latencyMs: undefined,
      now: undefined,
    };
    await using server = await startTokenServer(undefinedOptions);
    expect(server.tokenUrl).toBe(`${server.url}/oauth2/token`);
  });
});

describe('startProtectedApi() rejects with a TypeError that names', () => {
  const accepts = (): boolean => true;
  it.each<[string, unknown, string]>([
    ['a missing accepts', {}, "option 'accepts' is required"],
    ['missing options', undefined, 'the options must be an object, received undefined'],
    ['accepts', { accepts: 'tok' }, "'accepts' must be a token server or a function, received string"],
    ['an unknown option', { accepts, latency: 1 }, "unknown option 'latency'"],
    ['realm', { accepts, realm: 1 }, "'realm' must be a string, received number"],
    [
      'tokenFrom',
      { accepts, tokenFrom: 'cookie' },
      "'tokenFrom' must be 'bearer', { header, scheme? } or { query }, received string",
    ],
    ['header in tokenFrom', { accepts, tokenFrom: {} }, "tokenFrom: option 'header' is required"],
    ['query in tokenFrom', { accepts, tokenFrom: { query: 1 } }, "tokenFrom: option 'query' must be a string"],
    ['latencyMs', { accepts, latencyMs: 'x' }, "'latencyMs' must be a number of milliseconds"],
  ])('%s', async (_title, options, message) => {
    const start = startProtectedApi(options as Parameters<typeof startProtectedApi>[0]);
    await expect(start).rejects.toThrow(TypeError);
    await expect(start).rejects.toThrow(message);
  });
});
