import fc from 'fast-check';
import { parseText } from '../../../lib/answer.js';
import { type Dialect, STANDARD } from '../../../lib/cli/detect/dialect.js';
import { isLockOut } from '../../../lib/cli/detect/lock-out.js';
import { seenIn } from '../../../lib/cli/detect/seen.js';
import type { Refused } from '../../../lib/cli/detect/step.js';
import { tokenIn } from '../../../lib/cli/detect/token-place.js';
import type { EndpointAnswer } from '../../../lib/contract.js';
import { jwt } from './detecting.js';

// Answers as servers write them, and what is read out of them.

const URL_ = new URL('https://auth.example.com/token');

function answerOf(status: number, body: string | object, headers: Record<string, string> = {}): EndpointAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, text, body: parseText(text, headers['content-type'] ?? '') };
}

function refusedBy(
  status: number,
  body: string | object,
  headers?: Record<string, string>,
  dialect: Dialect = STANDARD,
): Partial<Refused> {
  const seen = seenIn(answerOf(status, body, headers), dialect, URL_, []);
  expect(seen.kind).toBe('refused');
  return { client: undefined, method: undefined, ...(seen as Refused) };
}

test.each<[string, Partial<Refused>, Parameters<typeof refusedBy>]>([
  ['RFC 6749', { client: 'invalid_client' }, [400, { error: 'invalid_client' }]],
  [
    'Keycloak',
    { client: 'invalid_client' },
    [401, { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' }],
  ],
  ['Auth0', { client: 'invalid_client' }, [401, { error: 'access_denied', error_description: 'Unauthorized' }]],
  ['Apigee', { client: 'invalid_client' }, [401, { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' }]],
  [
    'Spring Security',
    { client: 'unauthorized', schemes: ['basic'] },
    [401, '', { 'www-authenticate': 'Basic realm="oauth, tokens"' }],
  ],
  [
    'several challenges',
    { schemes: ['bearer', 'basic'] },
    [401, '', { 'www-authenticate': 'Bearer realm="a", error="invalid_token", Basic realm="b"' }],
  ],
  [
    'Express without the parser',
    { missing: ['client_id'], client: undefined },
    [401, { error: 'invalid_client', message: 'client_id is required' }],
  ],
  [
    'a missing header',
    { missing: ['Authorization'], client: undefined },
    [401, { message: 'Missing Authorization header' }],
  ],
  [
    'FastAPI',
    { missing: ['username'], names: { clientId: 'username', clientSecret: 'password' } },
    [422, { detail: [{ loc: ['body', 'username'], msg: 'Field required', type: 'missing' }] }],
  ],
  [
    'ASP.NET',
    { missing: ['ClientId'], names: { clientId: 'clientId', clientSecret: 'clientSecret' } },
    [
      400,
      { title: 'One or more validation errors occurred.', errors: { ClientId: ['The ClientId field is required.'] } },
    ],
  ],
  [
    'a field that is not permitted',
    { unknown: ['grant_type'] },
    [
      422,
      { detail: [{ loc: ['body', 'grant_type'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }] },
    ],
  ],
  [
    'Spring’s 415',
    { format: 'json' },
    [
      415,
      { error: 'Unsupported Media Type', message: "Content-Type 'application/x-www-form-urlencoded' is not supported" },
    ],
  ],
  [
    'body-parser',
    { format: 'form' },
    [400, 'The body must be application/x-www-form-urlencoded', {}, { ...STANDARD, format: 'json' }],
  ],
  ['a parser’s own words', { format: 'json' }, [400, 'Unexpected token g in JSON at position 0']],
  ['405', { method: true }, [405, 'Method Not Allowed']],
  ['a method in words', { method: true }, [400, { message: 'Request method POST not supported' }]],
  [
    'an authentication method is no HTTP method',
    { method: undefined },
    [401, { error: 'invalid_client', error_description: 'The authentication method is not supported' }],
  ],
  ['a grant type', { grants: [] }, [400, { error: 'unsupported_grant_type' }]],
  [
    'a grant type with another named',
    { grants: ['account_credentials'] },
    [400, { error: 'unsupported_grant_type', error_description: 'only account_credentials' }],
  ],
  [
    'a grant by URN',
    { grants: ['urn:ibm:params:oauth:grant-type:apikey'] },
    [400, { errorMessage: 'Unsupported grant type, use urn:ibm:params:oauth:grant-type:apikey' }],
  ],
  ['the query', { format: 'query' }, [400, { message: 'send them as query parameters' }]],
  [
    'Entra: a wrong secret',
    { understood: 'secret' },
    [401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' }],
  ],
  ['a scope', { understood: 'scope' }, [400, { error: 'invalid_scope' }]],
  ['a client that may not', { understood: 'client' }, [403, { error: 'unauthorized_client' }]],
])('%s: %j', (_name, expected, answer) => {
  expect(refusedBy(...answer)).toMatchObject(expected);
});

test.each<[string | undefined, EndpointAnswer]>([
  ['access_token', answerOf(200, { access_token: 'token-1', refresh_token: 'token-2', id_token: 'token-3' })],
  ['data.token', answerOf(201, { data: { refreshToken: 'token-2', token: 'token-1' } })],
  ['token.access_token', answerOf(200, { token: { access_token: 'token-1', expires_in: 60 } })],
  ['tenant_access_token', answerOf(200, { code: 0, tenant_access_token: 'token-1', app_token_type: 'bearer' })],
  ['access', answerOf(200, { access: 'token-1', refresh: 'token-2' })],
  ['result.sessionToken', answerOf(200, { csrf_token: 'token-2', result: { sessionToken: 'token-1' } })],
  [undefined, answerOf(200, { refresh_token: 'token-1' })],
  [undefined, answerOf(200, { captcha_token: 'token-1' })],
  [undefined, answerOf(200, { id_token: jwt({}) })],
  [undefined, answerOf(200, { token: 'not a token' })],
  [undefined, answerOf(400, { access_token: 'token-1' })],
  [undefined, answerOf(200, [{ access_token: 'token-1' }])],
  [undefined, answerOf(200, '<html>access_token</html>')],
])('the token is at %s', (path, answer) => {
  expect(tokenIn(answer)?.place).toEqual(path === undefined ? undefined : { path });
});

test('a token is no sign of a lock-out, whatever stands beside it', () => {
  const beside = { rate_limit: 10, account: { disabled: false } };
  expect(isLockOut(answerOf(200, { access_token: 'token-1', ...beside }, { 'retry-after': '1' }))).toBe(false);
  expect(isLockOut(answerOf(200, beside))).toBe(true);
});

test('whatever a server says, and however it writes the secret, the secret is not said', () => {
  const letter = fc.constantFrom(...'abcXYZ019-._~ +%&=/"\'\\<>:äß€'.split(''));
  const secretText = fc.string({ unit: letter, minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8);
  const written = (secret: string): fc.Arbitrary<string> =>
    fc.constantFrom(
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ '': secret }).toString().slice(1),
      Buffer.from(secret).toString('base64'),
      `'${secret}' is required`,
      `missing "${secret}"`,
      `${'x '.repeat(95)}${secret}`,
    );
  const wrapped = (text: string): fc.Arbitrary<EndpointAnswer> =>
    fc
      .record({
        status: fc.constantFrom(200, 302, 400, 401, 403, 404, 405, 415, 429, 500),
        body: fc.constantFrom<string | object>(
          text,
          { error: text },
          { error: 'invalid_client', error_description: text },
          { message: text, code: text },
          { errors: { client_id: [text], [text]: ['is required'] } },
          { detail: [{ loc: ['body', text], msg: 'Field required' }] },
        ),
        headers: fc.constantFrom<Record<string, string>>(
          {},
          { location: `https://b.example/${encodeURIComponent(text)}?x=${encodeURIComponent(text)}` },
          { 'www-authenticate': `Basic realm="${encodeURIComponent(text)}"` },
        ),
      })
      .map(({ status, body, headers }) => answerOf(status, body, headers));
  fc.assert(
    fc.property(
      secretText.chain((secret) =>
        written(secret).chain((text) => wrapped(text).map((answer) => ({ secret, answer }))),
      ),
      ({ secret, answer }) => {
        const shown = JSON.stringify(seenIn(answer, STANDARD, URL_, [secret]));
        for (const form of [
          secret,
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret),
          Buffer.from(secret).toString('base64'),
        ])
          expect(shown).not.toContain(form);
        expect(shown).not.toContain(JSON.stringify(secret.slice(0, 8)).slice(1, -1)); // nor its beginning
      },
    ),
    { numRuns: 1000 },
  );
});
