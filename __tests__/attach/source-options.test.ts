import { clientCredentials, clientSecretBasic, noAuthentication, TokenConfigError } from '../../lib/index.js';

// Each wrong option of `clientCredentials` is found at construction, by its name.

const right = { tokenUrl: 'https://auth.example.com/t', clientId: 'id', clientSecret: 'hunter2-secret' };

function faultOf(options: object): TokenConfigError {
  try {
    clientCredentials({ ...right, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(TokenConfigError);
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
    return error as TokenConfigError;
  }
  throw new Error('was accepted');
}

test.each<[string, object, RegExp]>([
  ['tokenUrl', { tokenUrl: undefined }, /missing.*environment variable/],
  ['tokenUrl', { tokenUrl: '' }, /absolute http\(s\) URL.*got an empty string/],
  ['tokenUrl', { tokenUrl: '/token' }, /absolute http\(s\) URL/],
  ['tokenUrl', { tokenUrl: 'auth.example.com/t' }, /with its `https:\/\/`/],
  ['headers', { headers: {} }, /Did you mean `request.headers`/],
  ['grantType', { grantType: 'password' }, /Did you mean `request.grantType`/],
  ['expiry', { expiry: () => undefined }, /Did you mean `response.expiry`/],
  ['tokenUrl', { tokenUrl: 'ftp://auth.example.com' }, /absolute http\(s\) URL/],
  ['tokenUrl', { tokenUrl: 'https://u:hunter2@auth.example.com' }, /must not hold credentials/],
  ['tokenUrl', { tokenUrl: 'https://auth.example.com/t#x' }, /fragment/],
  ['tokenUrl', { tokenUrl: null }, /got null/],
  ['issuer', { tokenUrl: undefined, issuer: undefined }, /`issuer` is missing.*environment variable/],
  ['clientId', { clientId: undefined }, /missing.*environment variable/],
  ['clientId', { clientId: '' }, /non-empty string; got an empty string/],
  ['clientId', { clientId: 5 }, /got a number/],
  ['clientSecret', { clientSecret: undefined }, /missing.*environment variable.*noAuthentication/],
  ['clientSecret', { clientSecret: '' }, /an empty string.*environment variable/],
  ['clientSecret', { clientSecret: null }, /got null/],
  ['clientSecret', { clientSecret: '', clientAuth: clientSecretBasic() }, /an empty string/],
  ['clientSecret', { clientSecret: undefined, clientAuth: clientSecretBasic() }, /missing/],
  ['clientSecret', { clientSecret: undefined, clientAuth: () => undefined }, /missing/],
  ['clientAuth', { clientAuth: 'basic' }, /function such as clientSecretBasic\(\); got a string/],
  ['scope', { scope: 5 }, /string or an array of strings/],
  ['scope', { scope: ['a', 5] }, /string or an array of strings/],
  ['audience', { audience: '' }, /non-empty string/],
  ['resource', { resource: {} }, /string or an array of strings/],
  ['params', { params: 'a=1' }, /object; got a string/],
  ['params', { params: [] }, /object; got an array/],
  ['request', { request: 'json' }, /must be an object/],
  ['request.method', { request: { method: 'get' } }, /one of "POST", "GET", "PUT"/],
  ['request.format', { request: { format: 'xml' } }, /one of "form", "json", "query", "none"/],
  ['request.format', { request: { method: 'GET', format: 'json' } }, /'json' needs a body.*Use 'query'/],
  ['request.format', { request: { method: 'GET', format: 'form' } }, /'form' needs a body/],
  ['request.format', { request: { format: 'none' } }, /credentials would stay behind.*clientSecretBasic/],
  [
    'request.format',
    { request: { format: 'none' }, clientAuth: clientSecretBasic(), params: { a: 1 } },
    /`params` would stay behind/,
  ],
  ['request.grantType', { request: { grantType: true } }, /or false to leave it out/],
  ['request.grantType', { request: { grantType: '' } }, /or false to leave it out/],
  ['request.names.clientId', { request: { names: { clientId: 5 } } }, /name, or false/],
  ['request.names.clientSecret', { request: { names: { clientSecret: false } } }, /non-empty string/],
  ['request.scopeSeparator', { request: { scopeSeparator: 5 } }, /must be a string/],
  ['request.query', { request: { query: '?a=1' } }, /must be an object/],
  ['request.headers', { request: { headers: [] } }, /must be an object/],
  ['request.body', { request: { body: '<xml/>' } }, /must be a function/],
  ['response.token', { response: { token: 5 } }, /path or a function/],
  ['response.expiry', { response: { expiry: 3600 } }, /such as expiresIn\(\) or lifetime\(ms\)/],
  ['response.error', { response: { error: 'errcode' } }, /such as errorAt\(path\)/],
  ['sendAs', { sendAs: 'header' }, /such as bearer\(\)/],
  ['rejectedWhen', { rejectedWhen: 403 }, /such as unauthorized\(\)/],
  ['reissue', { reissue: 'new' }, /one of "independent", "same", "extends", "replaces"/],
  ['baseURL', { baseURL: 'https://api.example.com' }, /must be a function/],
  ['dangerouslyAllowBrowser', { dangerouslyAllowBrowser: 'yes' }, /true or false/],
])('%s: %p', (option, options, message) => {
  const error = faultOf(options);
  expect(error).toMatchObject({ code: 'ERR_TOKEN_CONFIG', option, message: expect.stringMatching(message) });
  expect(error.message).toContain(`\`${option}\``);
});

test('without tokenUrl and issuer it is the issuer that is missing where only that was given', () => {
  const { clientId, clientSecret } = right;
  const others = { clientId, clientSecret };
  expect(() => clientCredentials({ ...others, issuer: undefined })).toThrow('`issuer` is missing');
  expect(() => clientCredentials(others)).toThrow('`tokenUrl` is missing');
});

test.each([
  ['tokenURL', 'tokenUrl'],
  ['clientID', 'clientId'],
  ['clientsecret', 'clientSecret'],
  ['scopes', 'scope'],
  ['resourse', 'resource'],
  ['parms', 'params'],
  ['requests', 'request'],
  ['sendas', 'sendAs'],
])('the unknown option %s: did you mean %s?', (name, near) => {
  const { message, option } = faultOf({ [name]: 'x' });
  expect(option).toBe(name);
  expect(message).toContain(`Did you mean \`${near}\`?`);
});

test.each([
  ['request.metod', 'request.method', { request: { metod: 'GET' } }],
  ['request.names.clientid', 'request.names.clientId', { request: { names: { clientid: 'x' } } }],
  ['response.expires', 'response.expiry', { response: { expires: 'x' } }],
])('%s inside: did you mean %s?', (option, near, options) => {
  expect(faultOf(options)).toMatchObject({ option, message: expect.stringContaining(`Did you mean \`${near}\`?`) });
});

test.each([null, undefined, 'x', []])('options as %p', (options) => {
  expect(() => clientCredentials(options as never)).toThrow(TokenConfigError);
});

test.each<[string, object]>([
  [
    'every option undefined but the three',
    Object.fromEntries(
      [
        'clientAuth',
        'scope',
        'audience',
        'resource',
        'params',
        'request',
        'response',
        'sendAs',
        'rejectedWhen',
        'reissue',
        'baseURL',
        'dangerouslyAllowBrowser',
      ].map((name) => [name, undefined]),
    ),
  ],
  ['a URL object', { tokenUrl: new URL('https://auth.example.com/t') }],
  ['functions for values', { tokenUrl: () => 'x', clientId: () => 'x', clientSecret: () => 'x', scope: () => 'x' }],
  ['a public client', { clientSecret: undefined, clientAuth: noAuthentication() }],
  ['an empty scope list', { scope: [] }],
])('%s is right', (_what, options) => {
  expect(() => clientCredentials({ ...right, ...options })).not.toThrow();
});
