import { type ClientAuthRequest, clientSecretBasic, TokenConfigError } from '../../lib/index.js';

async function authorization(
  clientId: string,
  clientSecret: string,
  options?: Parameters<typeof clientSecretBasic>[0],
): Promise<string> {
  const request: ClientAuthRequest = {
    clientId,
    clientSecret,
    tokenUrl: new URL('https://auth.example.com/t'),
    method: 'POST',
    headers: {},
    parameters: {},
    agentOptions: {},
  };
  await clientSecretBasic(options)(request);
  expect(request.parameters).toEqual({});
  const { Authorization = '' } = request.headers;
  expect(Authorization).toMatch(/^Basic [\w+/]+=*$/);
  return Buffer.from(Authorization.slice(6), 'base64').toString('utf8');
}

describe('rfc6749 (default): each part form-urlencoded (RFC 6749 §2.3.1)', () => {
  test.each([
    ['plain', 's6BhdRkqt3', 'gX1fBat3bV', 's6BhdRkqt3:gX1fBat3bV'],
    ['a colon', 'a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['a percent sign', 'id', '100%', 'id:100%25'],
    ['what looks encoded already', 'id', '%41', 'id:%2541'],
    ['a space and a plus', 'id', 'a b+c', 'id:a+b%2Bc'],
    [
      'unreserved and reserved characters',
      'id',
      "-._*~!'()&=/?#[]@$,;",
      'id:-._*%7E%21%27%28%29%26%3D%2F%3F%23%5B%5D%40%24%2C%3B',
    ],
    ['the appendix B example', 'id', ' %&+£€', 'id:+%25%26%2B%C2%A3%E2%82%AC'],
    ['beyond the basic plane', 'id', '😀', 'id:%F0%9F%98%80'],
  ])('%s', async (_what, id, secret, expected) => {
    expect(await authorization(id, secret)).toBe(expected);
    expect(await authorization(id, secret, { encoding: 'rfc6749' })).toBe(expected);
  });
});

describe('raw: as they are, in UTF-8', () => {
  test.each([
    ['a+b/c=', 'a%b+c', 'a+b/c=:a%b+c'],
    ['id', 'with:colon', 'id:with:colon'],
    ['id', 'pässwörd€😀', 'id:pässwörd€😀'],
  ])('%s and %s', async (id, secret, expected) => {
    expect(await authorization(id, secret, { encoding: 'raw' })).toBe(expected);
  });
});

test('a function encodes each part', async () => {
  expect(await authorization('a b', 'c/d', { encoding: encodeURIComponent })).toBe('a%20b:c%2Fd');
});

test('a very long secret is no problem', async () => {
  const secret = 'x'.repeat(100_000);
  expect(await authorization('id', secret)).toBe(`id:${secret}`);
});

test.each([
  ['an unknown encoding', { encoding: 'base64' }, 'encoding'],
  ['a misspelt option', { encodign: 'raw' }, 'encoding'],
  ['no object', 'raw', 'options'],
])('%s is a TokenConfigError', (_what, options, named) => {
  expect(() => clientSecretBasic(options as never)).toThrow(TokenConfigError);
  expect(() => clientSecretBasic(options as never)).toThrow(named);
});
