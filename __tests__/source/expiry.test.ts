import {
  type EndpointAnswer,
  type Expiry,
  expiresAt,
  expiresIn,
  jwtExpiry,
  lifetime,
  neverExpires,
} from '../../lib/index.js';
import { lifeOf } from '../../lib/source/expiry.js';

const NOW = Date.UTC(2030, 0, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const answer = (body: unknown, headers: Record<string, string> = {}): EndpointAnswer => ({
  status: 200,
  headers,
  body,
  text: '',
});
const life = (body: unknown, expiry?: Expiry, token = 'opaque'): number | undefined =>
  lifeOf(answer(body), token, NOW, expiry);
const jwt = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
const seconds = (ms: number): number => (NOW + ms) / 1000;

describe('without response.expiry', () => {
  const table: [string, unknown, number | undefined][] = [
    ['expires_in', { expires_in: 3600 }, HOUR],
    ['as text', { expires_in: '3600' }, HOUR],
    ['with white space', { expires_in: ' 3600 ' }, HOUR],
    ['with a word behind', { expires_in: '3600 seconds' }, HOUR],
    ['with a unit stuck to it', { expires_in: '3600s' }, HOUR],
    ['a fraction', { expires_in: 1.5 }, 1500],
    ['a fraction as text', { expires_in: '1.5' }, 1500],
    ['a short life', { expires_in: 2 }, 2000],
    ['400 days', { expires_in: 400 * 86_400 }, 400 * DAY],
    ['more than 400 days', { expires_in: 400 * 86_400 + 1 }, undefined],
    ['zero', { expires_in: 0 }, undefined],
    ['negative', { expires_in: -1 }, undefined],
    ['negative text', { expires_in: '-1' }, undefined],
    ['null', { expires_in: null }, undefined],
    ['true', { expires_in: true }, undefined],
    ['words', { expires_in: 'never' }, undefined],
    ['clock text is no number of seconds', { expires_in: '1:00:00' }, undefined],
    ['NaN as text', { expires_in: 'NaN' }, undefined],
    ['an object', { expires_in: { seconds: 5 } }, undefined],
    ['expires_at in epoch seconds', { expires_at: seconds(HOUR) }, HOUR],
    ['expires_at in epoch ms', { expires_at: NOW + HOUR }, HOUR],
    ['expires_at as text', { expires_at: String(seconds(HOUR)) }, HOUR],
    ['expires_at as an ISO date', { expires_at: new Date(NOW + HOUR).toISOString() }, HOUR],
    ['expires_at as a date with an offset', { expires_at: '2030-01-01T02:00:00+01:00' }, HOUR],
    ['expires_on', { expires_on: String(seconds(HOUR)) }, HOUR],
    ['relative beats absolute', { expires_in: 60, expires_at: seconds(HOUR) }, 60_000],
    ['a useless relative one leaves the absolute one', { expires_in: 0, expires_at: seconds(HOUR) }, HOUR],
    ['a past absolute one counts as not given', { expires_at: seconds(-HOUR) }, undefined],
    ['a past one leaves the next', { expires_at: seconds(-HOUR), expires_on: seconds(HOUR) }, HOUR],
    ['a past absolute `expires` beside expires_in', { expires: 1_393_350_569, expires_in: 3600 }, HOUR],
    ['an absurd absolute one', { expires_at: seconds(500 * DAY) }, undefined],
    ['no field', { access_token: 'x' }, undefined],
    ['no body', undefined, undefined],
    ['a text for a body', 'expires_in=5', undefined],
  ];
  test.each(table)('%s', (_what, body, expected) => {
    expect(life(body)).toBe(expected);
  });

  test('then the exp of the token itself', () => {
    expect(life({}, undefined, jwt({ exp: seconds(HOUR) }))).toBe(HOUR);
    expect(life({ expires_in: 60 }, undefined, jwt({ exp: seconds(HOUR) }))).toBe(60_000);
  });

  test.each([
    ['in the past', jwt({ exp: seconds(-1) })],
    ['missing', jwt({})],
    ['no JSON', 'e30.bm8.sig'],
    ['no base64', 'e30.%%%.sig'],
    ['of an array', jwt([1])],
    ['of two parts', 'e30.e30'],
  ])('an exp %s counts as not given', (_what, token) => {
    expect(life({}, undefined, token)).toBeUndefined();
  });
});

describe('an absolute end is measured against the clock of the answer', () => {
  test.each([
    ['fast', HOUR],
    ['slow', -HOUR],
  ])('a server that is an hour %s gives the life it means', (_what, skew) => {
    const headers = { date: new Date(NOW + skew).toUTCString() };
    const body = { expires_at: (NOW + skew + 5 * 60_000) / 1000 };
    expect(lifeOf(answer(body, headers), 'opaque', NOW)).toBe(5 * 60_000);
    expect(lifeOf(answer({}, headers), jwt({ exp: body.expires_at }), NOW)).toBe(5 * 60_000);
  });

  test('a Date header that is none counts as missing', () => {
    expect(lifeOf(answer({ expires_at: seconds(HOUR) }, { date: 'soon' }), 'opaque', NOW)).toBe(HOUR);
  });
});

describe('the helpers', () => {
  const table: [string, Expiry, unknown, number | undefined][] = [
    ['expiresIn(path)', expiresIn('expiresIn'), { expiresIn: 1800 }, 1_800_000],
    ['a path inside', expiresIn('data.expires_in'), { data: { expires_in: '60' } }, 60_000],
    ['minutes', expiresIn('minutes', { unit: 'min' }), { minutes: 5 }, 300_000],
    ['milliseconds', expiresIn('expires', { unit: 'ms' }), { expires: 900_000 }, 900_000],
    ['clock text', expiresIn('ttl', { unit: 'h:m:s' }), { ttl: '1:30:05' }, HOUR + 30 * 60_000 + 5000],
    ['clock text without seconds', expiresIn('ttl', { unit: 'h:m:s' }), { ttl: '0:05' }, 300_000],
    ['clock text that is none', expiresIn('ttl', { unit: 'h:m:s' }), { ttl: '90' }, undefined],
    ['expiresAt(path)', expiresAt('expiration'), { expiration: seconds(HOUR) }, HOUR],
    ['expiresAt() of a word', expiresAt('expiration'), { expiration: 'tomorrow, perhaps' }, undefined],
    ['a date text with its zone', expiresAt('end'), { end: '2030-01-01T02:00:00+01:00' }, HOUR],
    ['a date text without a zone is UTC', expiresAt('end'), { end: '2030-01-01T01:00:00' }, HOUR],
    ['also with a blank', expiresAt('end'), { end: '2030-01-01 01:00:00.000' }, HOUR],
    ['a day without a time', expiresAt('end'), { end: 'Jan 2, 2030' }, 24 * HOUR],
    ['an offset of hours', expiresAt('end'), { end: '2030-01-01T00:00:00-01' }, HOUR],
    ['also in other forms', expiresAt('end'), { end: 'Tue, 1 Jan 2030 01:00:00' }, HOUR],
    ['also with AM', expiresAt('end'), { end: '1/1/2030 1:00:00 AM' }, HOUR],
    ['an HTTP date', expiresAt('.expires'), { '.expires': 'Tue, 01 Jan 2030 01:00:00 GMT' }, HOUR],
    ['lifetime()', lifetime(60_000), { expires_in: 5 }, 60_000],
    ['neverExpires()', neverExpires(), { expires_in: 5 }, undefined],
    ['a function with a relative life', () => ({ expiresInMs: 7 }), {}, 7],
    ['a function with a Date', () => ({ expiresAt: new Date(NOW + HOUR) }), {}, HOUR],
    ['a function with a text', () => ({ expiresAt: new Date(NOW + HOUR).toISOString() }), {}, HOUR],
    ['a function with a broken Date', () => ({ expiresAt: new Date(NaN) }), {}, undefined],
    ['a function with NaN', () => ({ expiresInMs: NaN }), {}, undefined],
    ['what the helper does not find is not looked for elsewhere', expiresIn('ttl'), { expires_in: 5 }, undefined],
  ];
  test.each(table)('%s', (_what, expiry, body, expected) => {
    expect(life(body, expiry)).toBe(expected);
  });

  test('jwtExpiry() reads the token, not the answer', () => {
    expect(life({ expires_in: 5 }, jwtExpiry(), jwt({ exp: String(seconds(HOUR)) }))).toBe(HOUR);
  });
});
