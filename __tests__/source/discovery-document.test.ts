import { clientCredentials } from '../../lib/index.js';
import { directoryOf } from '../../lib/source/directory.js';
import { expectHidden } from '../security/shown.js';
import { fakeServer, granted, tokenEndpoint } from '../support/fake-server.js';
import { manualClock, rejection } from '../support/world.js';
import { client, handleOf, SECRET } from './asking.js';
import { answeringWith, type Authority, authority, discovered, OPENID, requestOf } from './discovering.js';

// What a document must say before anything is sent.

async function refused({ issuer, asked }: Authority, given = issuer): Promise<Error> {
  const error = (await rejection(handleOf(discovered(given)).getToken())) as Error;
  expect(asked('/token')).toEqual([]);
  expectHidden(error, [SECRET]);
  return error;
}

describe('the issuer in it must be the one that is meant', () => {
  test('another host ends as an error that names both', async () => {
    const other = await authority();
    other.document.issuer = 'https://evil.example.com';
    expect(await refused(other)).toMatchObject({
      name: 'TokenConfigError',
      option: 'issuer',
      permanent: true,
      message:
        `The metadata at ${other.issuer}${OPENID} are those of the issuer https://evil.example.com, not of ${other.issuer}/: ` +
        "both must be the same (RFC 8414 §3.3). If that is the server that you mean, set `issuer: 'https://evil.example.com'`; " +
        'if not, is the path right? With `tokenUrl` in its place nothing is looked up.',
    });
  });

  test.each([
    ['without', '/tenant/', ''],
    ['with', '/tenant', '/'],
  ])('one that is written %s the slash at its end: the error says what to write', async (_how, path, slash) => {
    const near = await authority(path);
    const right = `${near.server.url}/tenant${slash}`;
    near.document.issuer = right;
    expect((await refused(near)).message).toMatch(`Only the slash at the end differs: set \`issuer: '${right}'\`.`);
    expect((await handleOf(discovered(right)).getToken()).accessToken).toBe('granted-token');
  });

  test.each(['{tenantid}', '%7Btenantid%7D'])('a template for all tenants (%s) is no issuer', async (name) => {
    const common = await authority('/common/v2.0');
    common.document.issuer = `${common.server.url}/${name}/v2.0`;
    expect((await refused(common)).message).toMatch(/template for all tenants: put the id of your own tenant/);
  });

  test.each([
    ['a slash alone', '', '/'],
    ['a slash that is not given', '/', ''],
  ])('%s behind the host makes no difference', async (_what, given, said) => {
    const { server, document } = await authority(given);
    document.issuer = `${server.url}${said}`;
    expect((await handleOf(discovered(`${server.url}${given}`)).getToken()).accessToken).toBe('granted-token');
  });

  test('control characters in it do not reach the message', async () => {
    const odd = await authority();
    odd.document.issuer = 'https://evil.example.com\r\n\u001b[31mforged';
    // eslint-disable-next-line no-control-regex -- control characters are what is meant
    expect((await refused(odd)).message).not.toMatch(/[\u0000-\u001f]/);
  });

  test('it must be text that is a URL', async () => {
    const odd = await authority();
    odd.document.issuer = 'things';
    expect((await refused(odd)).message).toMatch(/are those of the issuer things, not of/);
  });
});

describe('the token endpoint', () => {
  test.each<[string, unknown, RegExp]>([
    ['missing', undefined, /name no `token_endpoint`/],
    ['null', null, /name no `token_endpoint`/],
    ['a path', '/token', /`token_endpoint` that is no absolute http\(s\) URL \("\/token"\)/],
    ['another scheme', 'ftp://auth.example.com/token', /no absolute http\(s\) URL/],
    ['a number', 7, /no absolute http\(s\) URL \(a? ?number\)/],
    ['with credentials', 'https://a:b@auth.example.com/token', /no absolute http\(s\) URL/],
    ['with a fragment', 'https://auth.example.com/token#a', /no absolute http\(s\) URL/],
  ])('%s: an error that says so, and what to do', async (_what, value, message) => {
    const faulty = await authority();
    faulty.document.token_endpoint = value;
    const error = await refused(faulty);
    expect(error).toMatchObject({ name: 'TokenResponseError', permanent: true });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(`The metadata at ${faulty.issuer}${OPENID} name`);
    expect(error.message).toMatch(/set `tokenUrl` in place of `issuer`/);
  });

  test('may be on another host than the issuer', async () => {
    const endpoint = await tokenEndpoint(granted('from-the-other-host'));
    const { issuer, document } = await authority();
    document.token_endpoint = `${endpoint.url}/oauth2/token`;
    expect((await handleOf(discovered(issuer)).getToken()).accessToken).toBe('from-the-other-host');
    expect(endpoint.requests.map(({ path }) => path)).toEqual(['/oauth2/token']);
  });

  test('keeps its own query, also the second time', async () => {
    const { issuer, document, asked } = await authority();
    document.token_endpoint = `${String(document.token_endpoint)}?p=policy`;
    const auth = handleOf(discovered(issuer, { request: { query: { more: 1 } } }));
    await auth.getToken();
    await auth.refresh();
    expect(asked('/token?p=policy&more=1')).toHaveLength(2);
  });

  test('over plain http is refused before anything is sent, unless that is allowed', async () => {
    const plain = await authority();
    plain.document.token_endpoint = 'http://auth.example.com/token';
    const error = await refused(plain);
    expect(error).toMatchObject({ name: 'InsecureTransportError', permanent: true });
    expect(error.message).toMatch(/name http:\/\/auth\.example\.com\/token as the `token_endpoint`.*allowInsecureHttp/);

    const directory = directoryOf({ issuer: plain.issuer, ...client });
    const { tokenUrl } = await directory.find(requestOf({ allowInsecureHttp: true }));
    expect(tokenUrl.href).toBe('http://auth.example.com/token');
  });

  test('over plain http, in a document that is held for a handle which allows it, is refused to another', async () => {
    const issuer = 'http://127.0.0.1:9';
    const proxy = await fakeServer(({ target }) => ({
      body: target.includes('/.well-known/')
        ? { issuer, token_endpoint: 'http://auth.example.com/token' }
        : granted('allowed'),
    }));
    const axios = { proxy: { host: '127.0.0.1', port: proxy.port, protocol: 'http' } };
    const source = discovered(issuer);
    expect((await handleOf(source, { axios, allowInsecureHttp: true }).getToken()).accessToken).toBe('allowed');
    expect(await rejection(handleOf(source, { axios }).getToken())).toMatchObject({ name: 'InsecureTransportError' });
    expect(proxy.requests).toHaveLength(2);
  });
});

test('a metadata service of the machine itself may be plain, as with `tokenUrl`', async () => {
  const issuer = 'http://169.254.169.254';
  const document = { issuer, token_endpoint: `${issuer}/token` };
  const request = requestOf({ http: answeringWith(() => document).http });
  const found = (metadataService: boolean): Promise<object> =>
    directoryOf({ issuer: () => issuer, ...client, request: { metadataService } }).find(request);
  expect(await found(true)).toMatchObject({ tokenUrl: new URL(document.token_endpoint) });
  expect(await rejection(found(false))).toMatchObject({ name: 'InsecureTransportError' });
});

describe('the revocation endpoint', () => {
  const found = async (document: object, options: object = {}): Promise<string | undefined> => {
    const server = await authority();
    Object.assign(server.document, document);
    const { revocationUrl } = await directoryOf({ issuer: server.issuer, ...client, ...options }).find(requestOf());
    return (await revocationUrl())?.href;
  };

  test.each<[string, string | undefined, object, object]>([
    [
      'is that of the document',
      'https://a.example.com/revoke',
      { revocation_endpoint: 'https://a.example.com/revoke' },
      {},
    ],
    [
      'is rather that of the options',
      'https://b.example.com/revoke',
      { revocation_endpoint: 'https://a.example.com/revoke' },
      { revocationUrl: 'https://b.example.com/revoke' },
    ],
    [
      'is asked for where it is a function',
      'https://c.example.com/revoke',
      {},
      { revocationUrl: () => Promise.resolve('https://c.example.com/revoke') },
    ],
    ['is missing where nobody names one', undefined, {}, {}],
    ['is missing where the document names none that can be used', undefined, { revocation_endpoint: '/revoke' }, {}],
  ])('%s', async (_what, expected, document, options) => {
    expect(await found(document, options)).toBe(expected);
  });
});

test('grant_types_supported without client_credentials refuses nothing: many documents list what is for logins', async () => {
  const { issuer, document } = await authority();
  document.grant_types_supported = ['authorization_code', 'refresh_token'];
  expect((await handleOf(discovered(issuer)).getToken()).accessToken).toBe('granted-token');
});

test('a source with a tokenUrl asks for no metadata', async () => {
  const { server, reads } = await authority();
  await handleOf(clientCredentials({ tokenUrl: `${server.url}/token`, ...client })).getToken();
  expect(reads()).toEqual([]);
});

test('a document that was wrong is read anew, and the token comes when it is right', async () => {
  const { issuer, document, reads } = await authority();
  document.issuer = 'https://evil.example.com';
  const clock = manualClock();
  const auth = handleOf(discovered(issuer), { clock, random: () => 0 });
  await rejection(auth.getToken());
  document.issuer = issuer;
  await clock.advance(5000);
  expect((await auth.getToken()).accessToken).toBe('granted-token');
  expect(reads()).toHaveLength(2);
});
