import axios from 'axios';
import { skewBetween, skewWords } from '../../../lib/cli/detect/clock-skew.js';
import { type Clock, systemClock } from '../../../lib/clock.js';
import type { TokenServerOptions } from '../../../lib/testing/index.js';
import { type Answer, fakeServer } from '../../support/fake-server.js';
import { ManualClock } from '../../support/manual-clock.js';
import { tokenServer } from '../../support/world.js';
import { attached, basicOf, CLIENT, type Detected, detecting, jwt, quickClock } from './detecting.js';

const NOW = Date.UTC(2030, 0, 1);

/** Of a server that takes the standard dialect, and lives by the clock of the search. */
async function ofServer(options: TokenServerOptions, more = {}): Promise<Detected> {
  const clock = new ManualClock();
  const server = await tokenServer({ clients: [CLIENT], now: clock.now, ...options });
  return detecting(server.tokenUrl, { clock: quickClock(clock), ...more });
}

/** Of a server that says the same to everything. */
async function ofAnswer(body: object, more = {}, headers: Record<string, string> = {}): Promise<Detected> {
  const server = await fakeServer((): Answer => ({ body, headers: { date: new Date(NOW).toUTCString(), ...headers } }));
  return detecting(`${server.url}/token`, more);
}

describe('asking again', () => {
  test.each<[TokenServerOptions, string, string | undefined, number]>([
    [
      { reissue: 'independent' },
      'a new token each time; whether it ends the one before cannot be seen from the outside',
      undefined,
      2,
    ],
    [
      { reissue: 'replaces' },
      'a new token each time; whether it ends the one before cannot be seen from the outside',
      undefined,
      2,
    ],
    [{ reissue: 'same' }, 'the same token, with what is left of its life', "  reissue: 'same',", 3],
    [{ reissue: 'extends' }, 'the same token, and its end moves', "  reissue: 'extends',", 3],
  ])('%j', async (options, words, line, requests) => {
    const { rows, code } = await ofServer(options);
    expect([rows['asking again'], rows.requests]).toEqual([words, `${requests} of at most 6`]);
    expect(code!.split('\n').find((one) => one.includes('reissue'))).toBe(line);
  });

  test('an absolute end that stays, or moves, is seen at once', async () => {
    const ends = (moves: boolean) => async (): Promise<[string | undefined, number]> => {
      let count = 0;
      const server = await fakeServer(() => ({
        headers: { date: new Date(NOW).toUTCString() },
        body: { access_token: 'token-1', expires_at: NOW / 1000 + 3600 + (moves ? count++ : 0) },
      }));
      const { rows } = await detecting(`${server.url}/token`);
      return [rows['asking again'], server.requests.length];
    };
    expect(await ends(false)()).toEqual(['the same token, with what is left of its life', 2]);
    expect(await ends(true)()).toEqual(['the same token, and its end moves', 2]);
  });

  test('a life in minutes runs down too slowly to be seen: that is said', async () => {
    const { rows, code } = await ofAnswer({ access_token: 'token-1', expires_in_minutes: 60 });
    expect(rows['asking again']).toContain('could not be seen, presumably it does not');
    expect(code).toContain("expiry: expiresIn('expires_in_minutes', { unit: 'min' }),");
  });

  test('the pause before the third request keeps the process alive, as nothing else does', async () => {
    const unref = jest.fn();
    const clock: Clock = {
      ...systemClock,
      setTimeout: (run, ms) => Object.assign(setTimeout(run, ms < 5000 ? 0 : ms), { unref }),
    };
    const { rows } = await ofServer({ reissue: 'same' }, { clock });
    expect([rows.requests, unref.mock.calls]).toEqual(['3 of at most 6', []]);
  });

  test('it is left alone where the provider is known to end the token before', async () => {
    const server = await fakeServer(({ query, headers }) =>
      query.get('grant_type') === 'account_credentials' && headers.authorization !== undefined
        ? { body: { access_token: 'token-1', token_type: 'bearer', expires_in: 3599 } }
        : { status: 400 },
    );
    const http = axios.create({ proxy: false });
    http.interceptors.request.use((config) => {
      config.url = config.url!.replace('https://zoom.us', server.url);
      return config;
    });
    const detected = await detecting('https://zoom.us/oauth/token', { http, params: { account_id: 'A-1' } });
    expect([server.requests.length, basicOf(server.requests[0]!)]).toEqual([
      1,
      `${CLIENT.clientId}:${CLIENT.clientSecret}`,
    ]);
    expect(detected.said[0]).toBe('This is an endpoint of the preset zoom(), which knows its dialect.');
    expect(detected.rows).toMatchObject({
      preset: 'zoom() of axios-client-credentials/presets knows this endpoint',
      'asking again': 'not tried: with this provider a new token ends the one before',
    });
    expect(detected.code).toContain("  reissue: 'replaces',");
    expect(await attached(detected, {}, http)).toMatchObject({ authorization: 'Bearer token-1' });
  });
});

describe('the lifetime', () => {
  const HOUR_IN_JWT = jwt({ exp: NOW / 1000 + 3600 });
  test.each<[string, object, string, string | undefined]>([
    ['in seconds', { expires_in: 3600 }, '3600 s, about 60 min (`expires_in`, in seconds)', undefined],
    ['of a day', { expires_in: 86_400 }, '86400 s, about 24 h (`expires_in`, in seconds)', undefined],
    [
      'of sixty days in seconds',
      { expires_in: 5_184_000 },
      '5184000 s, about 60 days (`expires_in`, in seconds)',
      undefined,
    ],
    [
      'in milliseconds, by its size',
      { expires_in: 3_600_000 },
      '3600 s, about 60 min (`expires_in`, in milliseconds, presumably)',
      "expiresIn('expires_in', { unit: 'ms' })",
    ],
    [
      'in milliseconds, by the token',
      { access_token: HOUR_IN_JWT, expires_in: 3_600_000 },
      '3600 s, about 60 min (`expires_in`, in milliseconds)',
      "expiresIn('expires_in', { unit: 'ms' })",
    ],
    [
      'in minutes, by the token',
      { access_token: HOUR_IN_JWT, expires_in: 60 },
      '3600 s, about 60 min (`expires_in`, in minutes)',
      "expiresIn('expires_in', { unit: 'min' })",
    ],
    ['in words', { expiry: '15 minutes' }, '900 s, about 15 min (`expiry`, in seconds)', "expiresIn('expiry')"],
    [
      'as a time in milliseconds',
      { expireTime: NOW + 7_200_000 },
      '7200 s, about 2 h (`expireTime`, an absolute time)',
      "expiresAt('expireTime')",
    ],
    [
      'by `exp` alone',
      { access_token: HOUR_IN_JWT },
      '3600 s, about 60 min (the `exp` of the token itself)',
      undefined,
    ],
    ['not at all', { refresh_expires_in: 0 }, 'not said: a token is used until an API rejects it', undefined],
  ])('%s', async (_name, fields, words, code) => {
    const detected = await ofAnswer({ access_token: 'token-1', ...fields });
    expect(detected.rows.lifetime).toBe(words);
    expect(/expiry: (.*),$/m.exec(detected.code!)?.[1]).toBe(code);
    const ms = /^(\d+) s/.exec(words)?.[1];
    expect((await attached(detected)).lifeMs).toBe(ms === undefined ? undefined : Number(ms) * 1000);
  });
});

test('of a JWT the names of claims are told, of another token its length, of neither more', async () => {
  const token = jwt({ iss: 'https://issuer.example', sub: 'subject-of-the-token', exp: NOW / 1000 + 60 });
  const first = await ofAnswer({ access_token: token, token_type: 'Bearer' });
  expect(first.rows.token).toBe('`access_token` in the body; a JWT (claims: iss, sub, exp)');
  const second = await ofAnswer({ access_token: 'opaque-token-1', token_type: 'DPoP' });
  expect(second.rows.token).toBe('`access_token` in the body; opaque, 14 characters');
  expect([first.rows['token type'], second.rows['token type']]).toEqual(['Bearer', expect.stringContaining('dpop')]);
  const shown = JSON.stringify([first, second]);
  for (const hidden of [token, token.split('.')[1]!, 'subject-of-the-token', 'opaque-token-1'])
    expect(shown).not.toContain(hidden);
});

test.each([
  ['read', { scope: 'read' }, 'as asked'],
  ['a b', { scope: 'b,a' }, 'as asked'],
  ['read write', { scope: 'read' }, 'not as asked: without write'],
  ['read', { scope: 'read admin' }, 'not as asked: with admin beside it'],
  ['read', {}, 'the answer does not name it: as asked, by the standard'],
  [undefined, { scope: 'read' }, 'read (none was asked for)'],
])('scope %s asked for, %j granted: %s', async (scope, granted, words) => {
  const { rows } = await ofAnswer({ access_token: 'token-1', ...granted }, { scope });
  expect(rows.scope).toBe(words);
});

describe('the clock here against the server’s', () => {
  const date = new Date(NOW).toUTCString();
  test.each<[string, Parameters<typeof skewWords>[0], string]>([
    [
      'right, as far as a whole second tells',
      [{ date, sentAt: NOW, receivedAt: NOW + 100 }],
      "agrees with the server's, within 1.0 s",
    ],
    [
      'narrowed by a second answer',
      [
        { date, sentAt: NOW + 300, receivedAt: NOW + 400 },
        { date, sentAt: NOW + 600, receivedAt: NOW + 650 },
      ],
      "agrees with the server's, within 0.4 s",
    ],
    [
      'a slow answer proves little',
      [{ date, sentAt: NOW - 4000, receivedAt: NOW + 4000 }],
      "agrees with the server's, within 5.0 s",
    ],
    [
      'ahead',
      [{ date, sentAt: NOW + 60_000, receivedAt: NOW + 60_200 }],
      "59.6 s ahead of the server's, give or take 0.6 s",
    ],
    [
      'behind',
      [{ date, sentAt: NOW - 10_000, receivedAt: NOW - 10_000 }],
      "10.5 s behind the server's, give or take 0.5 s",
    ],
    [
      'answers of servers that disagree',
      [
        { date, sentAt: NOW, receivedAt: NOW },
        { date, sentAt: NOW + 9000, receivedAt: NOW + 9000 },
      ],
      "cannot be told: the server's answers disagree about the time",
    ],
    ['no Date', [{ date: undefined, sentAt: NOW, receivedAt: NOW }], 'cannot be told: the server sends no Date'],
  ])('%s', (_name, moments, words) => {
    expect(skewWords(moments)).toBe(words);
  });

  test('the true difference is always in the range', () => {
    for (const skew of [-3700, -400, 0, 250, 8999])
      for (const within of [0, 1, 499, 999]) {
        const server = NOW + within; // when the header was written, by the server's clock
        const moment = {
          date: new Date(server).toUTCString(),
          sentAt: server + skew - 30,
          receivedAt: server + skew + 40,
        };
        const { least, most } = skewBetween([moment])!;
        expect(least).toBeLessThanOrEqual(skew);
        expect(most).toBeGreaterThanOrEqual(skew);
      }
  });

  test('it stands in the report', async () => {
    const { rows } = await ofAnswer({ access_token: 'token-1' }, {}, { date: new Date(NOW - 90_000).toUTCString() });
    expect(rows['clock here']).toMatch(/^(89|90)\.\d s ahead of/);
  });
});
