import fc from 'fast-check';
import { type Challenge, parseChallenges } from '../../lib/interceptor/challenge.js';

const challenge = (scheme: string, parameters: Record<string, string> = {}): Challenge => ({ scheme, parameters });
const bearer = (parameters: Record<string, string> = {}): Challenge => challenge('bearer', parameters);

describe('RFC 9110 §11.6.1', () => {
  test.each<[string, string | undefined, Challenge[]]>([
    ['no header', undefined, []],
    ['an empty one', '', []],
    ['only separators', ' , ,, ', []],
    ['a scheme alone', 'Negotiate', [challenge('negotiate')]],
    ['a scheme alone in white space', '\t Negotiate  ', [challenge('negotiate')]],
    ['a quoted parameter', 'Bearer realm="api"', [bearer({ realm: 'api' })]],
    ['an unquoted one', 'Bearer error=invalid_token', [bearer({ error: 'invalid_token' })]],
    [
      'several',
      'Bearer realm="a", error="b",error_description="c"',
      [bearer({ realm: 'a', error: 'b', error_description: 'c' })],
    ],
    ['white space around =', 'Bearer realm = "a" , error\t=\tb', [bearer({ realm: 'a', error: 'b' })]],
    ['a comma and an = inside quotes', 'Bearer realm="a, Basic b=c"', [bearer({ realm: 'a, Basic b=c' })]],
    ['escapes inside quotes', 'Bearer realm="a\\"b\\\\c\\d"', [bearer({ realm: 'a"b\\cd' })]],
    ['a challenge inside quotes', 'Bearer realm="x\\", Basic y=\\"z"', [bearer({ realm: 'x", Basic y="z' })]],
    ['an empty value', 'Bearer realm=""', [bearer({ realm: '' })]],
    ['names in any case', 'BEARER Realm="A", ERROR="b"', [bearer({ realm: 'A', error: 'b' })]],
    ['two schemes', 'Basic realm="x", Bearer error="y"', [challenge('basic', { realm: 'x' }), bearer({ error: 'y' })]],
    ['a scheme alone before another', 'Negotiate, Bearer error="y"', [challenge('negotiate'), bearer({ error: 'y' })]],
    ['a scheme alone after another', 'Bearer error="y", Negotiate', [bearer({ error: 'y' }), challenge('negotiate')]],
    ['the same scheme twice', 'Bearer realm="x", Bearer realm="y"', [bearer({ realm: 'x' }), bearer({ realm: 'y' })]],
    ['empty items', ',Bearer realm="x",, ,error="y",', [bearer({ realm: 'x', error: 'y' })]],
    ['of a parameter given twice the first', 'Bearer error="a", ERROR="b"', [bearer({ error: 'a' })]],
    ['the first also where it is empty', 'Bearer error="", error="b"', [bearer({ error: '' })]],
    [
      'tokens of all their characters',
      "a!#$%&'*+-.^_`|~1 b!#$%&'*+-.^_`|~2=3!#$%&'*+-.^_`|~",
      [challenge("a!#$%&'*+-.^_`|~1", { "b!#$%&'*+-.^_`|~2": "3!#$%&'*+-.^_`|~" })],
    ],
  ])('%s', (_what, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });

  test.each(['YII', 'YII+/w==', 'a-._~+/9=', 'oQcw=', 'realm=', '/=='])('the token68 %s is no parameter', (token68) => {
    expect(parseChallenges(`Negotiate ${token68}`)).toEqual([challenge('negotiate')]);
    expect(parseChallenges(`Bearer a=b, NTLM ${token68} , Bearer error="y"`)).toEqual([
      bearer({ a: 'b' }),
      challenge('ntlm'),
      bearer({ error: 'y' }),
    ]);
  });
});

describe('the examples of the RFCs', () => {
  test.each<[string, string, Challenge[]]>([
    [
      'RFC 9110 §11.6.1',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        challenge('basic', { realm: 'simple' }),
        challenge('newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }),
      ],
    ],
    ['RFC 6750 §3, without a token', 'Bearer realm="example"', [bearer({ realm: 'example' })]],
    [
      'RFC 6750 §3, with an expired one',
      'Bearer realm="example", error="invalid_token", error_description="The access token expired"',
      [bearer({ realm: 'example', error: 'invalid_token', error_description: 'The access token expired' })],
    ],
    [
      'RFC 9470 §3, another level',
      'Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR"',
      [
        bearer({
          error: 'insufficient_user_authentication',
          error_description: 'A different authentication level is required',
          acr_values: 'myACR',
        }),
      ],
    ],
    [
      'RFC 9470 §3, more recent',
      'Bearer error="insufficient_user_authentication", error_description="More recent authentication is required", max_age="5"',
      [
        bearer({
          error: 'insufficient_user_authentication',
          error_description: 'More recent authentication is required',
          max_age: '5',
        }),
      ],
    ],
    ['RFC 9449 §7.1', 'DPoP algs="ES256 PS256"', [challenge('dpop', { algs: 'ES256 PS256' })]],
    [
      'RFC 9449 §7.1, with an error',
      'DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256"',
      [challenge('dpop', { error: 'invalid_token', error_description: 'Invalid DPoP key binding', algs: 'ES256' })],
    ],
    ['RFC 9449 §7.2', 'Bearer, DPoP algs="ES256 PS256"', [bearer(), challenge('dpop', { algs: 'ES256 PS256' })]],
    [
      'RFC 9449 §9',
      'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"',
      [
        challenge('dpop', {
          error: 'use_dpop_nonce',
          error_description: 'Resource server requires nonce in DPoP proof',
        }),
      ],
    ],
  ])('%s', (_where, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });
});

describe('what servers send', () => {
  const CLAIMS = 'eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==';
  const AUTHORIZE = 'https://login.microsoftonline.com/common/oauth2/authorize';

  test.each<[string, string, Challenge[]]>([
    [
      'Entra ID, continuous access evaluation',
      `Bearer realm="", authorization_uri="${AUTHORIZE}", error="insufficient_claims", claims="${CLAIMS}"`,
      [bearer({ realm: '', authorization_uri: AUTHORIZE, error: 'insufficient_claims', claims: CLAIMS })],
    ],
    [
      'Azure Resource Manager',
      `Bearer authorization_uri="${AUTHORIZE}", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
      [
        bearer({
          authorization_uri: AUTHORIZE,
          error: 'invalid_token',
          error_description: "The authentication failed because of missing 'Authorization' header.",
        }),
      ],
    ],
    [
      'Okta',
      'Bearer authorization_uri="http://dev-1.okta.com/oauth2/v1/authorize", realm="http://dev-1.okta.com", scope="okta.groups.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/groups/12345"',
      [
        bearer({
          authorization_uri: 'http://dev-1.okta.com/oauth2/v1/authorize',
          realm: 'http://dev-1.okta.com',
          scope: 'okta.groups.read',
          error: 'insufficient_scope',
          error_description: 'The access token provided does not contain the required scopes.',
          resource: '/api/v1/groups/12345',
        }),
      ],
    ],
    [
      'an API behind the middleware of Auth0',
      'Bearer realm="api", error="insufficient_scope", error_description="Insufficient Scope", scope="read:admin"',
      [
        bearer({
          realm: 'api',
          error: 'insufficient_scope',
          error_description: 'Insufficient Scope',
          scope: 'read:admin',
        }),
      ],
    ],
    [
      'Keycloak',
      'Bearer realm="master", error="invalid_token", error_description="Token is not active"',
      [bearer({ realm: 'master', error: 'invalid_token', error_description: 'Token is not active' })],
    ],
    [
      'Spring Security',
      'Bearer error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token.", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"',
      [
        bearer({
          error: 'insufficient_scope',
          error_description: 'The request requires higher privileges than provided by the access token.',
          error_uri: 'https://tools.ietf.org/html/rfc6750#section-3.1',
        }),
      ],
    ],
    [
      'Google',
      'Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/drive.file"',
      [
        bearer({
          realm: 'https://accounts.google.com/',
          error: 'insufficient_scope',
          scope: 'https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/drive.file',
        }),
      ],
    ],
    [
      'Amazon API Gateway, without commas',
      'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
      [
        bearer({
          scope: '',
          error: 'invalid_token',
          error_description: 'the token does not have a valid audience',
        }),
      ],
    ],
    [
      'IIS with Windows authentication beside tokens',
      'Negotiate, NTLM, Bearer error="invalid_token"',
      [challenge('negotiate'), challenge('ntlm'), bearer({ error: 'invalid_token' })],
    ],
    [
      'a handshake beside tokens',
      'Negotiate oYG2MIGzoAMKAQGhCwYJKoZIgvcSAQIC==, Bearer error="invalid_token"',
      [challenge('negotiate'), bearer({ error: 'invalid_token' })],
    ],
    ['Bearer alone', 'Bearer', [bearer()]],
    ['a comma after the scheme', 'Bearer, error="x"', [bearer({ error: 'x' })]],
    [
      'semicolons in place of commas',
      'Bearer realm=a; error=b;scope="c"',
      [bearer({ realm: 'a', error: 'b', scope: 'c' })],
    ],
    ['single quotes', "Bearer realm='a b', error='c, d'", [bearer({ realm: 'a b', error: 'c, d' })]],
    [
      'a URL without quotes',
      'Bearer uri=https://a/b?error=x, error=y',
      [bearer({ uri: 'https://a/b?error=x', error: 'y' })],
    ],
    ['Base64 without quotes', `Bearer claims=${CLAIMS}, error=y`, [bearer({ claims: CLAIMS, error: 'y' })]],
    [
      'a description without quotes',
      'Bearer error_description=The token expired, error=invalid_token',
      [bearer({ error_description: 'The', error: 'invalid_token' })],
    ],
    ['no value before the comma', 'Bearer realm=, error="x"', [bearer({ error: 'x' })]],
  ])('%s', (_what, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });
});

describe('what is not of the grammar is passed over', () => {
  test.each<[string, string, Challenge[]]>([
    ['a parameter without a challenge', 'error="x", Bearer error="y"', [bearer({ error: 'y' })]],
    ['nothing but parameters', 'realm="a", error="x"', []],
    ['a strange character', '@@@, Bearer error="y"', [bearer({ error: 'y' })]],
    ['a strange character among parameters', 'Bearer @=1, é="2", error="y"', [bearer({ error: 'y' })]],
    ['a quoted text that belongs to nothing', '"Basic a=b", Bearer "c=d" error="y"', [bearer({ error: 'y' })]],
    ['two equals signs', 'Bearer a=="x", error="y"', [bearer({ error: 'y' })]],
    [
      'a quote that does not end, with all behind it',
      'Bearer error="y", realm="abc, scope=x',
      [bearer({ error: 'y' })],
    ],
    ['the same where it belongs to nothing', 'Bearer error="y" "abc, scope=x', [bearer({ error: 'y' })]],
    ['a quote that ends one parameter late', 'Bearer realm="abc, error="x"', [bearer({ realm: 'abc, error=' })]],
    ['a backslash at the end', 'Bearer error="y", realm="x\\', [bearer({ error: 'y' })]],
    ['an escaped quote at the end', 'Bearer error="y", realm="x\\"', [bearer({ error: 'y' })]],
    ['a single quote that does not end', 'Bearer a=\'x, error="y"', [bearer({ a: "'x", error: 'y' })]],
    ['nothing but quotes', '"""""""', []],
    ['line breaks', 'Bearer realm="a\\\nb",\r\n error="y"', [bearer({ realm: 'a\nb', error: 'y' })]],
  ])('%s', (_what, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });

  test('names of Object.prototype are names like any other', () => {
    const [found] = parseChallenges('__proto__ __proto__="x", constructor="y", toString=z, error="e"');
    expect(found?.scheme).toBe('__proto__');
    expect(Object.entries(found!.parameters)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['tostring', 'z'],
      ['error', 'e'],
    ]);
    expect(parseChallenges('Bearer a=b')[0]!.parameters.constructor).toBeUndefined();
    expect(({} as Record<string, unknown>).error).toBeUndefined();
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'Bearer',
        'Basic',
        ' ',
        '\t',
        ',',
        '=',
        '"',
        "'",
        '\\',
        ';',
        'error',
        'x',
        '==',
        'a/b',
        'é',
        '\n',
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join('')),
);

test('it never throws, whatever a server sends, and what it finds stands in the header', () => {
  fc.assert(
    fc.property(hostile, (header) => {
      for (const { scheme, parameters } of parseChallenges(header)) {
        expect(scheme).toMatch(/^[a-z\d!#$%&'*+.^_`|~-]+$/);
        for (const [name, value] of Object.entries(parameters)) {
          expect(name).toMatch(/^[a-z\d!#$%&'*+.^_`|~-]+$/);
          expect(header.replaceAll('\\', '')).toContain(value.replaceAll('\\', ''));
        }
      }
    }),
    { numRuns: 5000 },
  );
});

describe('what is written by the grammar is read back', () => {
  const token = fc.stringMatching(/^[a-z\d!#$%&*+.^_`|~-]{1,8}$/);
  const optionalSpace = fc.constantFrom('', ' ', '\t', '  ');
  const quoted = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((value) => ({
    value,
    written: `"${value.replace(/["\\]/g, '\\$&')}"`,
  }));
  const overEscaped = fc.string({ unit: 'grapheme-ascii', maxLength: 6 }).map((value) => ({
    value,
    written: `"${value.replace(/[^]/g, '\\$&')}"`,
  }));
  const value = fc.oneof(
    quoted,
    overEscaped,
    token.map((text) => ({ value: text, written: text })),
  );
  const parameter = fc.tuple(token, optionalSpace, optionalSpace, value);
  const withParameters = fc.uniqueArray(parameter, { minLength: 1, maxLength: 4, selector: ([name]) => name });
  const token68 = fc.stringMatching(/^[A-Za-z\d._~+/-]{1,12}={0,2}$/);
  const content = fc.oneof(
    fc.constant({ written: '', parameters: {} }),
    token68.map((text) => ({ written: ` ${text}`, parameters: {} })),
    fc.tuple(withParameters, fc.constantFrom(', ', ',', ' , ', ',,', ', ,\t')).map(([all, comma]) => ({
      written: ` ${all.map(([name, before, after, { written }]) => `${name}${before}=${after}${written}`).join(comma)}`,
      parameters: Object.fromEntries(all.map(([name, , , { value: text }]) => [name, text])),
    })),
  );
  const challenges = fc.array(fc.tuple(token, content), { minLength: 1, maxLength: 5 });

  test.each([', ', ',', ' ,, '])('with challenges apart by "%s"', (comma) => {
    fc.assert(
      fc.property(challenges, (all) => {
        const header = all.map(([scheme, { written }]) => scheme + written).join(comma);
        expect(parseChallenges(header)).toEqual(all.map(([scheme, { parameters }]) => challenge(scheme, parameters)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the time is linear in the length', () => {
  const units = [
    'a',
    ' ',
    ',',
    '=',
    '"',
    "'",
    '\\',
    'a,',
    'a ',
    'a=',
    'a = ',
    'a="',
    "a='",
    'a="\\',
    '\\"',
    ', ',
    'a =,',
    '" ',
  ];
  const heads = ['', 'Bearer ', 'Bearer a="', "Bearer a='", 'a', 'a ', ',', '"'];
  const headers = (length: number): string[] =>
    heads.flatMap((head) => units.map((unit) => head + unit.repeat(length / unit.length)));

  /** How often a pattern is applied while a header is read. */
  function steps(header: string): number {
    const exec = jest.spyOn(RegExp.prototype, 'exec');
    try {
      parseChallenges(header);
      return exec.mock.calls.length;
    } finally {
      exec.mockRestore();
    }
  }

  test('the pattern is applied at most once for each character, and twice as often to twice the length', () => {
    for (const [index, header] of headers(1200).entries()) {
      const once = steps(header);
      const twice = steps(headers(2400)[index]!);
      expect(once).toBeLessThanOrEqual(header.length + 1);
      expect(twice).toBeLessThanOrEqual(2 * once + 1);
    }
    expect(Math.max(...headers(1200).map(steps))).toBeGreaterThan(600); // the steps are seen
  });

  // What went over such a header once for each of its characters would take 10¹⁰ steps and more.
  test.each(heads)('100 kB and more behind %j are read', (head) => {
    for (const unit of units) {
      const header = head + unit.repeat(400_000 / unit.length);
      expect(parseChallenges(header).length).toBeLessThanOrEqual(header.length);
      expect(parseChallenges(`${header}\u0000`).length).toBeLessThanOrEqual(header.length);
    }
  });
});
