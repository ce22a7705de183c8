import fc from 'fast-check';
import { demandOf } from '../../lib/interceptor/step-up.js';
import { mergedClaims } from '../../lib/source/claims.js';
import type { StepUp, TokenParams } from '../../lib/index.js';

const EVERY: StepUp[] = ['insufficient_scope', 'insufficient_user_authentication', 'insufficient_claims'];

function wanted(header: string | undefined, params?: TokenParams, scheme = 'bearer', kinds = EVERY): unknown {
  const headers: Record<string, string> = header === undefined ? {} : { 'www-authenticate': header };
  return demandOf({ status: 403, headers, body: '', text: '' }, kinds, params, scheme);
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const forScope = (scope: string): string => `Bearer error="insufficient_scope", scope=${quoted(scope)}`;
const forUser = (rest: string): string => `Bearer error="insufficient_user_authentication", ${rest}`;
const forClaims = (claims: string): string => `Bearer error="insufficient_claims", claims="${claims}"`;
const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

const token = (params: TokenParams): unknown => ({ params, isRefusal: false });

test.each<[string, string | undefined]>([
  ['no challenge', undefined],
  ['an empty one', ''],
  ['one without an error', 'Bearer realm="api", scope="admin"'],
  ['another error', 'Bearer error="invalid_token", scope="admin"'],
  ['a name of Object.prototype as the error', 'Bearer error="constructor", scope="admin"'],
  ['the words in a description', 'Bearer error_description="insufficient_scope", scope="admin"'],
])('%s asks for nothing', (_what, header) => {
  expect(wanted(header)).toBeUndefined();
});

test.each(EVERY)('only what was opted in to is answered: %s', (kind) => {
  const headers: Record<StepUp, string> = {
    insufficient_scope: forScope('admin'),
    insufficient_user_authentication: forUser('max_age=5'),
    insufficient_claims: forClaims(base64({ a: 1 })),
  };
  for (const other of EVERY) {
    const found = wanted(headers[other], undefined, 'bearer', [kind]);
    expect(found !== undefined).toBe(other === kind);
  }
  const all = Object.values(headers).join(', ');
  expect(wanted(all, undefined, 'bearer', [kind])).toEqual(wanted(headers[kind]));
});

describe('insufficient_scope (RFC 6750 §3.1)', () => {
  test.each<[string, string, TokenParams | undefined, TokenParams]>([
    ['one word', 'admin', undefined, { extraScope: ['admin'] }],
    ['several, in order and once', 'b a  b ', undefined, { extraScope: ['a', 'b'] }],
    ['beside the scope of the request', 'admin', { scope: 'read' }, { scope: 'read', extraScope: ['admin'] }],
    ['what that holds is left out', 'read admin', { scope: ['read'] }, { scope: ['read'], extraScope: ['admin'] }],
    ['on top of what was extra', 'b', { extraScope: 'c a' }, { extraScope: ['a', 'b', 'c'] }],
    [
      'beside all else',
      'b',
      { tenant: 't', audience: 'x', resource: ['r'], params: { p: 1 }, subjectToken: 's' },
      { tenant: 't', audience: 'x', resource: ['r'], params: { p: 1 }, subjectToken: 's', extraScope: ['b'] },
    ],
    ['all characters of RFC 6749 §3.3', "!#[]~'(),:/?@", undefined, { extraScope: ["!#[]~'(),:/?@"] }],
  ])('%s', (_what, scope, params, expected) => {
    expect(wanted(forScope(scope), params)).toEqual(token(expected));
  });

  test.each<[string, string, TokenParams?]>([
    ['no scope', 'Bearer error="insufficient_scope"'],
    ['an empty one', forScope('')],
    ['only spaces', forScope('  ')],
    ['nothing but what was asked for', forScope('b a'), { scope: 'a b c' }],
    ['nothing but what was asked for beside that', forScope('b a'), { scope: 'a', extraScope: ['b'] }],
    ['a quote in it', forScope('a "b')],
    ['a backslash in it', forScope('a b\\c')],
    ['a control character in it', forScope('a b\u0000')],
    ['a letter beyond ASCII', forScope('admín')],
  ])('%s: no demand', (_what, header, ...[params]) => {
    expect(wanted(header, params)).toBeUndefined();
  });
});

describe('insufficient_user_authentication (RFC 9470)', () => {
  test.each<[string, string, TokenParams | undefined, Record<string, unknown>]>([
    ['the example for another level', 'acr_values="myACR"', undefined, { acr_values: 'myACR' }],
    ['the example for a more recent one', 'max_age="5"', undefined, { max_age: '5' }],
    ['both, the values in their order', 'acr_values="b  a", max_age=0', undefined, { acr_values: 'b a', max_age: '0' }],
    ['beside other parameters', 'max_age=5', { params: { x: 1 } }, { x: 1, max_age: '5' }],
    [
      'in place of earlier ones',
      'max_age=5',
      { params: { max_age: '9', acr_values: 'a' } },
      { max_age: '5', acr_values: 'a' },
    ],
  ])('%s', (_what, rest, params, expected) => {
    expect(wanted(forUser(rest), params)).toEqual(token({ params: expected }));
  });

  test.each<[string, string, TokenParams?]>([
    ['neither', 'realm=x'],
    ['both empty', 'acr_values="", max_age=""'],
    ['the same as was asked for', 'acr_values="a", max_age=5', { params: { max_age: '5', acr_values: 'a' } }],
    ['a negative age', 'max_age="-1"'],
    ['an age with a fraction', 'max_age="1.5"'],
    ['an age in words', 'acr_values="a", max_age="soon"'],
    ['an age without end', `max_age="${'9'.repeat(11)}"`],
    ['a second spelling of an age', 'max_age="05"'],
    ['a level beyond ASCII', 'acr_values="é"'],
    ['a level with a line break', 'acr_values="a\n b"'],
  ])('%s: no demand', (_what, rest, ...[params]) => {
    expect(wanted(forUser(rest), params)).toBeUndefined();
  });
});

describe('insufficient_claims (Microsoft Entra)', () => {
  const nbf = { access_token: { nbf: { essential: true, value: '1604106651' } } };
  const asked = (header: string, params?: TokenParams): unknown => {
    const demand = wanted(header, params) as { params: TokenParams; isRefusal: boolean } | undefined;
    if (!demand) return undefined;
    expect(demand.isRefusal).toBe(true);
    return JSON.parse(String(demand.params.params?.claims));
  };

  test('the claims go out as the JSON text that they are', () => {
    const text = '{"access_token": {"nbf": {"essential": true, "value": "1604106651"}}}';
    expect(wanted(forClaims(base64(text)))).toEqual({ params: { params: { claims: text } }, isRefusal: true });
  });

  test.each<[string, string]>([
    ['with padding', base64({ a: '~~~?é' })],
    ['without', base64({ a: '~~~?é' }).replace(/=+$/, '')],
    ['in the alphabet for URLs', base64({ a: '~~~?é' }).replace(/\+/g, '-').replace(/\//g, '_')],
    ['in that without padding', Buffer.from(JSON.stringify({ a: '~~~?é' })).toString('base64url')],
  ])('in Base64 %s', (_what, claims) => {
    expect(asked(forClaims(claims))).toEqual({ a: '~~~?é' });
  });

  test('the sample does use both characters in which the alphabets differ', () => {
    expect(base64({ a: '~~~?é' })).toMatch(/[+/].*=$/);
  });

  test('claims of the request itself stay in it', () => {
    const own = { access_token: { xms_cc: { values: ['cp1'] } } };
    const both = { access_token: { ...own.access_token, ...nbf.access_token } };
    expect(asked(forClaims(base64(nbf)), { params: { claims: JSON.stringify(own), x: 1 } })).toEqual(both);
    expect(asked(forClaims(base64(nbf)), { params: { claims: own } })).toEqual(both);
  });

  test.each<[string, string, TokenParams?]>([
    ['no claims', 'Bearer error="insufficient_claims"'],
    ['empty ones', forClaims('')],
    ['not Base64', forClaims('{"a":1}'.replace(/"/g, "'"))],
    ['Base64 cut short', forClaims('eyJhI')],
    ['not UTF-8', forClaims(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64'))],
    ['not JSON', forClaims(base64('{"a":'))],
    ['an array', forClaims(base64([1]))],
    ['a text', forClaims(base64('"text"'))],
    ['null', forClaims(base64('null'))],
    ['the same as was asked for', forClaims(base64(nbf)), { params: { claims: JSON.stringify(nbf) } }],
  ])('%s: no demand', (_what, header, ...[params]) => {
    expect(wanted(header, params)).toBeUndefined();
  });
});

describe('8 kB of each are taken, and no more', () => {
  // In the order of EVERY. Base64 makes four characters of three.
  const ofLength: ((length: number) => string)[] = [
    (length) => forScope('a'.repeat(length)),
    (length) => forUser(`acr_values="${'a'.repeat(length)}"`),
    (length) => forClaims(base64({ a: 'x'.repeat((length / 4) * 3 - 8) })),
  ];
  test.each(EVERY)('%s', (kind) => {
    const header = ofLength[EVERY.indexOf(kind)]!;
    expect(wanted(header(8192)) !== undefined).toBe(true);
    expect(wanted(header(8196)) === undefined).toBe(true);
  });

  test('many short words are too much, too', () => {
    expect(wanted(forScope('a '.repeat(4097))) === undefined).toBe(true);
  });
});

describe('which challenge speaks of our token', () => {
  test.each(['bearer', 'dpop'])('of one sent as %s, those of Bearer and of DPoP', (scheme) => {
    for (const theirs of ['Bearer', 'DPoP', 'BEARER']) {
      expect(wanted(`${theirs} error="insufficient_scope", scope="a"`, undefined, scheme)).toEqual(
        token({ extraScope: ['a'] }),
      );
    }
    for (const theirs of ['Basic', 'Negotiate', 'Token']) {
      expect(wanted(`${theirs} error="insufficient_scope", scope="a"`, undefined, scheme)).toBeUndefined();
    }
  });

  test.each([undefined, 'token', 'googlelogin'])('of one sent as %s, any', (scheme) => {
    const answer = {
      status: 403,
      headers: { 'www-authenticate': 'X error=insufficient_scope, scope=a' },
      body: '',
      text: '',
    };
    expect(demandOf(answer, EVERY, undefined, scheme)).toEqual(token({ extraScope: ['a'] }));
  });

  test.each([
    ['of another scheme', `Basic error="insufficient_scope", scope="b", ${forScope('a')}`],
    ['without a scope', `Bearer error="insufficient_scope", ${forScope('a')}`],
    ['that cannot be read', `${forClaims('?')}, ${forScope('a')}`],
    ['that asks for nothing new', `${forScope('had')}, ${forScope('a')}`],
  ])('the first that can be answered: one %s is passed over', (_what, header) => {
    expect(wanted(header, { scope: 'had' })).toEqual(token({ scope: 'had', extraScope: ['a'] }));
  });

  test('of two that can be answered the first', () => {
    expect(wanted(`${forScope('a')}, ${forScope('b')}`)).toEqual(token({ extraScope: ['a'] }));
  });
});

describe('claims are merged', () => {
  test.each<[string, unknown, unknown, unknown]>([
    ['side by side', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['deeply', { t: { a: { x: 1 } } }, { t: { a: { y: 2 }, b: null } }, { t: { a: { x: 1, y: 2 }, b: null } }],
    ['what is asked for wins', { t: { a: 1, b: { c: 1 } } }, { t: { a: 2, b: null } }, { t: { a: 2, b: null } }],
    ['a null gives way', { t: { a: null } }, { t: { a: { essential: true } } }, { t: { a: { essential: true } } }],
    ['lists are united', { v: ['cp1', { a: 1 }] }, { v: ['cp2', { a: 1 }, 'cp1'] }, { v: ['cp1', { a: 1 }, 'cp2'] }],
    ['a list and a value are not', { v: ['cp1'] }, { v: 'x' }, { v: 'x' }],
  ])('%s', (_what, own, asked, expected) => {
    expect(JSON.parse(String(mergedClaims(JSON.stringify(own), JSON.stringify(asked))))).toEqual(expected);
    expect(JSON.parse(String(mergedClaims(own, asked)))).toEqual(expected);
  });

  test.each([undefined, null, 7, 'not json', '[]', '"x"', ['a']])('%j beside them changes nothing', (own) => {
    expect(mergedClaims(own, '{ "a": 1 }')).toBe('{ "a": 1 }');
  });

  test('names of Object.prototype are names like any other', () => {
    const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const text = String(mergedClaims('{"a":1,"__proto__":{"b":2}}', evil));
    expect(text).toBe('{"a":1,"__proto__":{"b":2,"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('it never throws, and never asks for what it was not told, whatever an API says', () => {
  const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.base64String({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.constantFrom(...EVERY), value, value, value, value, (error, scope, acr, age, claims) => {
      const header = `Bearer error=${error}, scope=${quoted(scope)}, acr_values=${quoted(acr)}, max_age=${quoted(age)}, claims=${quoted(claims)}`;
      const demand = wanted(header, { scope: 'own', tenant: 't' }) as { params: TokenParams } | undefined;
      if (!demand) return;
      expect(demand.params).toMatchObject({ scope: 'own', tenant: 't' });
      const names = ['scope', 'tenant', 'extraScope', 'params'];
      expect(Object.keys(demand.params).every((name) => names.includes(name))).toBe(true);
      for (const word of demand.params.extraScope ?? []) expect(scope.split(/\s+/)).toContain(word);
    }),
    { numRuns: 2000 },
  );
});
