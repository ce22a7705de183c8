import fc from 'fast-check';
import { type Challenge, parseChallenges } from '../../lib/interceptor/challenge.js';

const challenge = (scheme: string, parameters: Record<string, string> = {}, token68?: string): Challenge =>
  token68 === undefined ? { scheme, parameters } : { scheme, parameters, token68 };

describe('RFC 9110 §11.6.1', () => {
  const grammar: [string, string | undefined, Challenge[]][] = [
    ['no header', undefined, []],
    ['an empty one', '', []],
    ['only separators', ' , ,, ', []],
    ['a scheme alone', 'Negotiate', [challenge('negotiate')]],
    ['a quoted parameter', 'Bearer realm="api"', [challenge('bearer', { realm: 'api' })]],
    ['an unquoted one', 'Bearer error=invalid_token', [challenge('bearer', { error: 'invalid_token' })]],
    [
      'several',
      'Bearer realm="a", error="b",error_description="c"',
      [challenge('bearer', { realm: 'a', error: 'b', error_description: 'c' })],
    ],
    ['white space around =', 'Bearer realm = "a" , error\t=\t"b"', [challenge('bearer', { realm: 'a', error: 'b' })]],
    ['a comma and an = inside quotes', 'Bearer realm="a, Basic b=c"', [challenge('bearer', { realm: 'a, Basic b=c' })]],
    ['escapes inside quotes', 'Bearer realm="a\\"b\\\\c"', [challenge('bearer', { realm: 'a"b\\c' })]],
    ['an empty value', 'Bearer realm=""', [challenge('bearer', { realm: '' })]],
    ['names in any case', 'BEARER Realm="A", ERROR="b"', [challenge('bearer', { realm: 'A', error: 'b' })]],
    ['a token68', 'Negotiate YII+/w==', [challenge('negotiate', {}, 'YII+/w==')]],
    [
      'two schemes',
      'Basic realm="x", Bearer error="y"',
      [challenge('basic', { realm: 'x' }), challenge('bearer', { error: 'y' })],
    ],
    [
      'a scheme alone before another',
      'Negotiate, Bearer error="y"',
      [challenge('negotiate'), challenge('bearer', { error: 'y' })],
    ],
    [
      'a token68 before another',
      'Negotiate abc=, Bearer error="y"',
      [challenge('negotiate', {}, 'abc='), challenge('bearer', { error: 'y' })],
    ],
    [
      'the same scheme twice',
      'Bearer realm="x", Bearer realm="y"',
      [challenge('bearer', { realm: 'x' }), challenge('bearer', { realm: 'y' })],
    ],
    ['empty items between', 'Bearer realm="x",, ,error="y"', [challenge('bearer', { realm: 'x', error: 'y' })]],
    [
      'the example of the RFC',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        challenge('basic', { realm: 'simple' }),
        challenge('newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }),
      ],
    ],
    [
      'RFC 6750',
      'Bearer realm="example", error="invalid_token", error_description="The access token expired"',
      [
        challenge('bearer', {
          realm: 'example',
          error: 'invalid_token',
          error_description: 'The access token expired',
        }),
      ],
    ],
    [
      'RFC 9470',
      'Bearer error="insufficient_user_authentication", acr_values="a b", max_age=5',
      [challenge('bearer', { error: 'insufficient_user_authentication', acr_values: 'a b', max_age: '5' })],
    ],
    ['of a parameter given twice the first', 'Bearer error="a", error="b"', [challenge('bearer', { error: 'a' })]],
  ];
  test.each(grammar)('%s', (_what, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });
});

describe('what is not of the grammar is passed over, and what follows is read', () => {
  test.each([
    ['a quote that does not end', 'Bearer realm="abc, error="x"'],
    ['a parameter without a scheme', 'error="insufficient_scope", Bearer error="invalid_token"'],
    ['a strange character', '@@@, Bearer error="invalid_token"'],
    ['a backslash at the end', 'Bearer realm="x\\'],
    ['a line of nothing but quotes', '"""""""'],
  ])('%s', (_what, header) => {
    const found = parseChallenges(header);
    if (header.includes(', Bearer')) expect(found).toContainEqual(challenge('bearer', { error: 'invalid_token' }));
    for (const one of found) expect(one.parameters.error).not.toBe('insufficient_scope');
  });

  test('names of Object.prototype do no harm', () => {
    const [found] = parseChallenges('Bearer __proto__="x", constructor="y", error="z"');
    expect(found?.parameters.error).toBe('z');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

test('it never throws and always ends, whatever a server sends', () => {
  const pieces = fc.constantFrom(
    'Bearer',
    'Basic',
    ' ',
    '\t',
    ',',
    '=',
    '"',
    '\\',
    'error',
    'x',
    '==',
    'a/b',
    'é',
    '\u0000',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (header) => {
      for (const { scheme, parameters } of parseChallenges(header)) {
        expect(scheme).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
        for (const value of Object.values(parameters)) expect(typeof value).toBe('string');
      }
    }),
    { numRuns: 2000 },
  );
});

test('what is written by the grammar is read back', () => {
  const name = fc.stringMatching(/^[a-z][a-z_-]{0,8}$/);
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
  const parameters = fc.dictionary(
    name.map((text) => `p${text}`),
    value,
    { minKeys: 1, maxKeys: 4, noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, parameters), { minLength: 1, maxLength: 4 }), (all) => {
      const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
      const header = all
        .map(
          ([scheme, own]) =>
            `${scheme} ${Object.entries(own)
              .map(([key, text]) => `${key}=${quoted(text)}`)
              .join(', ')}`,
        )
        .join(', ');
      expect(parseChallenges(header)).toEqual(all.map(([scheme, own]) => challenge(scheme, own)));
    }),
  );
});
