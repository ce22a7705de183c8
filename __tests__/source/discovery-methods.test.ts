import {
  type ClientAuth,
  type ClientCredentialsOptions,
  clientSecretBasic,
  clientSecretPost,
  noAuthentication,
} from '../../lib/index.js';
import { clientSecretJwt, mutualTls, privateKeyJwt } from '../../lib/client-auth/index.js';
import { withTraits } from '../../lib/client-auth/client-auth.js';
import { directoryOf } from '../../lib/source/directory.js';
import { certificateFor } from '../client-auth/certificate.js';
import { newPair, pemOf } from '../client-auth/keys.js';
import { expectHidden } from '../security/shown.js';
import { manualClock, rejection } from '../support/world.js';
import { client, handleOf } from './asking.js';
import { authority, discovered, requestOf } from './discovering.js';

// How the client authenticates is compared with what the server takes, before anything is sent.

const pair = newPair('ES256');
const key = pemOf(pair.privateKey);
const cert = certificateFor(pair, 'reports');
const secret = { clientId: 'the-client', clientSecret: 'a-secret-that-is-long-enough-for-HS256' };
const noSecret = { clientId: 'the-client' };

const ways: Record<string, [Partial<ClientCredentialsOptions>, string[]]> = {
  'the default': [secret, ['client_secret_post']],
  'clientSecretPost()': [{ ...secret, clientAuth: clientSecretPost() }, ['client_secret_post']],
  'clientSecretBasic()': [{ ...secret, clientAuth: clientSecretBasic() }, ['client_secret_basic']],
  'clientSecretJwt()': [{ ...secret, clientAuth: clientSecretJwt() }, ['client_secret_jwt']],
  'privateKeyJwt()': [{ ...noSecret, clientAuth: privateKeyJwt({ key, algorithm: 'ES256' }) }, ['private_key_jwt']],
  'mutualTls()': [
    { ...noSecret, clientAuth: mutualTls({ key, cert }) },
    ['tls_client_auth', 'self_signed_tls_client_auth'],
  ],
  'noAuthentication()': [{ ...noSecret, clientAuth: noAuthentication() }, ['none']],
};
const all = Object.values(ways).flatMap(([, methods]) => methods);

/** What becomes of a source when the server lists this. */
async function comparing(lists: object, options: Partial<ClientCredentialsOptions>): Promise<Error | undefined> {
  const server = await authority();
  Object.assign(server.document, lists);
  const found = directoryOf({ issuer: server.issuer, ...options }).find(requestOf());
  return found.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
}

describe.each(Object.entries(ways))('%s', (_name, [options, methods]) => {
  test.each(methods)('is accepted where %s is listed', async (method) => {
    const lists = { token_endpoint_auth_methods_supported: ['other', method] };
    expect(await comparing(lists, options)).toBeUndefined();
  });

  test('is refused where only others are listed', async () => {
    const accepted = methods.includes('none') ? [...methods, ...ways['mutualTls()']![1]] : methods;
    const lists = { token_endpoint_auth_methods_supported: all.filter((method) => !accepted.includes(method)) };
    const error = await comparing(lists, options);
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'clientAuth', permanent: true });
    expect(error!.message).toContain(`does not take ${methods.join(' or ')}`);
    expectHidden(error, [secret.clientSecret, key]);
  });

  test.each<[string, unknown]>([
    ['missing', undefined],
    ['empty', []],
    ['no list', 'client_secret_unknown'],
    ['a list of something else', [1]],
  ])('is not checked where the list is %s', async (_what, list) => {
    expect(await comparing({ token_endpoint_auth_methods_supported: list }, options)).toBeUndefined();
  });
});

describe('the error says what would work', () => {
  test.each<[string[], string]>([
    [['client_secret_basic'], 'Set `clientAuth` to clientSecretBasic(), as this client is registered.'],
    [
      ['private_key_jwt', 'client_secret_basic', 'none'],
      'it takes private_key_jwt, client_secret_basic, none. Set `clientAuth` to clientSecretBasic() or privateKeyJwt({…}) (of axios-client-credentials/client-auth), as this client is registered.',
    ],
    [['tls_client_auth', 'self_signed_tls_client_auth'], 'Set `clientAuth` to mutualTls({…}) (of'],
    [['none'], 'Set `clientAuth` to noAuthentication(), as this client is registered.'],
    [['attest_jwt_client_auth'], 'None of these is built in: give `clientAuth` a function.'],
  ])('%s', async (methods, advice) => {
    const error = await comparing({ token_endpoint_auth_methods_supported: methods }, secret);
    expect(error!.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ does not take client_secret_post, which is how/);
    expect(error!.message).toContain(advice);
  });

  test('and nothing has been sent to the token endpoint', async () => {
    const { issuer, document, asked } = await authority();
    document.token_endpoint_auth_methods_supported = ['client_secret_basic'];
    expect(await rejection(handleOf(discovered(issuer)).getToken())).toMatchObject({ option: 'clientAuth' });
    expect(asked('/token')).toEqual([]);
    const auth = handleOf(discovered(issuer, { clientAuth: clientSecretBasic() }));
    expect((await auth.getToken()).accessToken).toBe('granted-token');
  });
});

test("a function of the user's own is not checked", async () => {
  const { issuer, document } = await authority();
  document.token_endpoint_auth_methods_supported = ['private_key_jwt'];
  const clientAuth: ClientAuth = ({ headers }) => {
    headers['X-Client'] = 'me';
  };
  expect((await handleOf(discovered(issuer, { clientAuth })).getToken()).accessToken).toBe('granted-token');
});

test.each(['tls_client_auth', 'self_signed_tls_client_auth'])(
  "noAuthentication() is accepted where %s is listed: the certificate may be in the agent of the user's own axios",
  async (method) => {
    const lists = { token_endpoint_auth_methods_supported: ['private_key_jwt', method] };
    expect(await comparing(lists, { ...noSecret, clientAuth: noAuthentication() })).toBeUndefined();
  },
);

test('noAuthentication() with another grant is not checked: there the grant says who the client is', async () => {
  const lists = { token_endpoint_auth_methods_supported: ['client_secret_basic'] };
  const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const options = { ...noSecret, clientAuth: noAuthentication() };
  expect(await comparing(lists, { ...options, request: { grantType } })).toBeUndefined();
  expect(await comparing(lists, options)).toMatchObject({ option: 'clientAuth' });
  expect(await comparing(lists, { ...secret, request: { grantType } })).toMatchObject({ option: 'clientAuth' });
});

describe('what assertions are signed with', () => {
  const signing = (algorithm: string | undefined): Partial<ClientCredentialsOptions> => ({
    ...noSecret,
    clientAuth: withTraits({ name: 'privateKeyJwt', needsSecret: false, needsParameters: true, algorithm }, () => {}),
  });

  test.each<[string, string | undefined, unknown]>([
    ['is listed', 'ES256', ['RS256', 'ES256']],
    ['is listed by its other name', 'EdDSA', ['Ed25519']],
    ['is listed by its older name', 'Ed25519', ['EdDSA']],
    ['is not known', undefined, ['RS256']],
    ['is compared with nothing', 'ES256', undefined],
  ])('is accepted where it %s', async (_what, algorithm, list) => {
    const lists = { token_endpoint_auth_signing_alg_values_supported: list };
    expect(await comparing(lists, signing(algorithm))).toBeUndefined();
  });

  test('is refused where it is not listed', async () => {
    const lists = { token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256'] };
    const error = await comparing(lists, signing('ES256'));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'clientAuth' });
    expect(error!.message).toMatch(
      /takes no client assertions signed with ES256; it takes RS256, PS256\. Set `algorithm` of privateKeyJwt\(\) to one/,
    );
  });
});

test('a list that shrinks later does not end what works, also where the endpoint moves with it', async () => {
  const { issuer, server, document, reads, asked } = await authority();
  const clock = manualClock();
  const auth = handleOf(discovered(issuer), { clock });
  await auth.getToken();
  document.token_endpoint_auth_methods_supported = ['private_key_jwt'];
  document.token_endpoint = `${server.url}/v2/token`;
  await clock.advance(60 * 60_000);
  expect((await auth.refresh()).accessToken).toBe('granted-token');
  expect([reads().length, asked('/v2/token').length]).toEqual([2, 1]);
});

test('a list that was wrong is read anew', async () => {
  const { issuer, document } = await authority();
  const directory = directoryOf({ issuer, ...client });
  document.token_endpoint_auth_methods_supported = ['private_key_jwt'];
  await rejection(directory.find(requestOf()));
  document.token_endpoint_auth_methods_supported = ['client_secret_post'];
  expect((await directory.find(requestOf())).tokenUrl.href).toBe(document.token_endpoint);
});
