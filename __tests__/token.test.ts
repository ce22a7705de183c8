import { format, inspect } from 'node:util';
import { createToken, describeType, isToken, plausibleLifetime, type Token } from '../lib/token.js';

const SECRET = 'ya29.very-secret-token';
const ISSUED = Date.UTC(2030, 0, 1);
const DAY = 24 * 60 * 60_000;
const make = (fields: Partial<Parameters<typeof createToken>[0]> = {}): Token =>
  createToken({
    accessToken: SECRET,
    issuedAt: ISSUED,
    lifetimeMs: 60_000,
    response: { access_token: SECRET },
    ...fields,
  });

const text = (token: unknown): string => String(token);

describe('a token', () => {
  it('has what was found', () => {
    const token = make();
    expect(token.accessToken).toBe(SECRET);
    expect(token.issuedAt).toBe(ISSUED);
    expect(token.expiresAt).toBe(ISSUED + 60_000);
    expect(token.response).toEqual({ access_token: SECRET });
    expect([isToken(token), isToken({ ...token }), isToken(undefined)]).toEqual([true, false, false]);
  });

  it('cannot be changed', () => {
    const token = make() as { issuedAt: number; accessToken: string };
    expect(() => (token.issuedAt = 0)).toThrow(TypeError);
    expect(() => (token.accessToken = 'other')).toThrow(TypeError);
    expect(token.accessToken).toBe(SECRET);
  });

  it.each<[string, (token: Token) => unknown]>([
    ['JSON.stringify', (token) => JSON.stringify({ token })],
    ['String', (token) => text(token)],
    ['a template', (token) => `A ${token as unknown as string}.`],
    ['inspect', (token) => inspect({ token }, { depth: 9 })],
    ['inspect with everything shown', (token) => inspect(token, { showHidden: true, getters: true, depth: 9 })],
    [
      'inspect without custom inspection',
      (token) => inspect(token, { customInspect: false, showHidden: true, depth: 9 }),
    ],
    ['format', (token) => format('%s %o %O %j', token, token, token, token)],
    ['a spread', (token) => inspect({ ...token })],
    ['Object.assign', (token) => inspect(Object.assign({}, token))],
    ['structuredClone', (token) => inspect(structuredClone(token))],
    ['its own keys', (token) => Reflect.ownKeys(token).map((key) => Reflect.get(token, key) as unknown)],
  ])('is not shown by %s', (_, show) => {
    expect(JSON.stringify(show(make()))).not.toContain(SECRET);
  });

  it('says when it ends', () => {
    expect(text(make())).toBe('[Token, expires 2030-01-01T00:01:00.000Z]');
    expect(inspect(make({ lifetimeMs: undefined }))).toBe('[Token, valid until rejected]');
    expect(JSON.parse(JSON.stringify(make()))).toEqual({ issuedAt: ISSUED, expiresAt: ISSUED + 60_000 });
  });
});

describe('what cannot be sent in a header is refused, and not shown', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 12_345_678],
    ['an object', { token: SECRET }],
    ['an array', [SECRET]],
    ['CR and LF', `${SECRET}\r\nX-Evil: 1`],
    ['LF at the end', `${SECRET}\n`],
    ['a space', `Bearer ${SECRET}`],
    ['a space at the end', `${SECRET} `],
    ['a tab', `${SECRET}\t`],
    ['NUL', `${SECRET}\0`],
    ['DEL', `${SECRET}\x7f`],
    ['non-ASCII', `${SECRET}é`],
    ['a byte order mark', `\ufeff${SECRET}`],
    ['a lone surrogate', `${SECRET}\ud800`],
  ])('%s', (_, accessToken) => {
    let thrown: unknown;
    try {
      make({ accessToken: accessToken as string });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'ERR_TOKEN_RESPONSE', permanent: true });
    expect(inspect(thrown)).not.toContain(SECRET);
    expect(inspect(thrown)).not.toContain('12345678');
  });

  it.each(['a', '~', '!', 'a.b-c_d~e+f/g==', 'x'.repeat(20_000)])('%.20s is fine', (accessToken) => {
    expect(make({ accessToken }).accessToken).toBe(accessToken);
  });
});

describe('its life', () => {
  const absurd = [0, -1, NaN, Infinity, -Infinity, 400 * DAY + 1];

  it.each(absurd)('of %d ms counts as not given', (ms) => {
    expect(plausibleLifetime(ms)).toBeUndefined();
    expect(make({ lifetimeMs: ms }).expiresAt).toBeUndefined();
    expect(make({ lifetimeMs: undefined, expiresAt: ISSUED + ms }).expiresAt).toBeUndefined();
  });

  it.each([1, 0.5, 60_000, 400 * DAY])('of %d ms is taken', (ms) => {
    expect(make({ lifetimeMs: ms }).expiresAt).toBe(ISSUED + ms);
  });

  it('relative beats absolute', () => {
    expect(make({ lifetimeMs: 1000, expiresAt: ISSUED + 9000 }).expiresAt).toBe(ISSUED + 1000);
  });

  it('is the absolute one where the relative one is absurd', () => {
    expect(make({ lifetimeMs: -5, expiresAt: ISSUED + 9000 }).expiresAt).toBe(ISSUED + 9000);
  });

  it('lasts until rejected where neither is given', () => {
    expect(make({ lifetimeMs: undefined }).expiresAt).toBeUndefined();
  });
});

it.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [[SECRET], 'an array'],
  ['', 'an empty string'],
  [SECRET, 'a string'],
  [7, 'a number'],
  [NaN, 'NaN'],
  [{}, 'an object'],
  [() => SECRET, 'a function'],
])('describeType names the type, never the value (%#)', (value, text) => {
  expect(describeType(value)).toBe(text);
});
