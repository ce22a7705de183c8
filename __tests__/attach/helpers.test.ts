import axios from 'axios';
import {
  attachToken,
  bearer,
  clientCredentials,
  clientSecretBasic,
  clientSecretPost,
  errorAt,
  expiresAt,
  expiresIn,
  header,
  jwtExpiry,
  lifetime,
  neverExpires,
  noAuthentication,
  responseHeader,
  unauthorized,
  wholeBody,
} from '../../lib/index.js';
import { faultOf } from '../support/config-fault.js';

const base = { tokenUrl: 'https://auth.example.com/token', clientId: 'id', clientSecret: 'secret' };

describe('a helper that was handed over without being called', () => {
  test.each([
    ['clientAuth', 'clientSecretBasic', { clientAuth: clientSecretBasic }],
    ['clientAuth', 'clientSecretPost', { clientAuth: clientSecretPost }],
    ['clientAuth', 'noAuthentication', { clientAuth: noAuthentication }],
    ['sendAs', 'bearer', { sendAs: bearer }],
    ['rejectedWhen', 'unauthorized', { rejectedWhen: unauthorized }],
    ['response.expiry', 'expiresIn', { response: { expiry: expiresIn } }],
    ['response.expiry', 'expiresAt', { response: { expiry: expiresAt } }],
    ['response.expiry', 'jwtExpiry', { response: { expiry: jwtExpiry } }],
    ['response.expiry', 'lifetime', { response: { expiry: lifetime } }],
    ['response.expiry', 'neverExpires', { response: { expiry: neverExpires } }],
    ['response.error', 'errorAt', { response: { error: errorAt } }],
    ['response.token', 'wholeBody', { response: { token: wholeBody } }],
    ['response.token', 'responseHeader', { response: { token: responseHeader } }],
  ])('%s: %s is a TokenConfigError that says to call it', (option, name, options) => {
    const error = faultOf(() => clientCredentials({ ...base, ...options } as never));
    expect(error.option).toBe(option);
    expect(error.message).toContain(`\`${name}(…)\``);
  });

  test('on a source of the user as well', () => {
    const api = axios.create({ baseURL: 'https://api.example.com' });
    const source = { id: 'own', fetchToken: () => Promise.resolve({ accessToken: 'tok' }), sendAs: bearer };
    expect(faultOf(() => attachToken(api, source as never)).option).toBe('sendAs');
  });
});

describe('arguments of helpers', () => {
  test.each([
    ['unit', () => expiresIn('x', { unit: 'minutes' as never })],
    ['units', () => expiresIn('x', { units: 'min' } as never)],
    ['path', () => expiresIn('')],
    ['path', () => expiresAt('')],
    ['ms', () => lifetime(-1)],
    ['ms', () => lifetime('3600' as never)],
    ['schema', () => header('Authorization', { schema: 'Bearer' } as never)],
    ['scheme', () => header('Authorization', { scheme: '' })],
  ])('a wrong %s is a TokenConfigError that names it', (option, act) => {
    expect(faultOf(act).option).toBe(option);
  });
});

describe('a detector', () => {
  test.each([
    ['a promise', () => Promise.resolve(false), 'an object'],
    ['another detector', () => unauthorized(), 'a function'],
    ['nothing', () => undefined, 'undefined'],
  ])('that returns %s fails the call, which is not sent again', async (_what, rejectedWhen, got) => {
    let sent = 0;
    const api = axios.create({
      baseURL: 'https://api.example.com',
      adapter: (config) => {
        sent += 1;
        return Promise.resolve({ data: 'done', status: 200, statusText: 'OK', headers: {}, config });
      },
    });
    const fetchToken = () => Promise.resolve({ accessToken: 'tok' });
    const auth = attachToken(api, { id: 'own', fetchToken, rejectedWhen: rejectedWhen as never });
    await expect(api.post('/orders')).rejects.toMatchObject({
      code: 'ERR_TOKEN_CONFIG',
      option: 'rejectedWhen',
      message: expect.stringContaining(got),
    });
    expect(sent).toBe(1);
    await auth.close();
  });
});

describe('what is easily mixed up', () => {
  const source = () => Promise.resolve({ accessToken: 'tok' });

  test.each(['api.example.com', 'localhost:3000', '/api'])('a base URL without a scheme (%s) is refused', (baseURL) => {
    expect(faultOf(() => attachToken(axios.create({ baseURL }), source)).option).toBe('baseURL');
  });

  test('options of clientCredentials in place of a source: told to wrap them', () => {
    const api = axios.create({ baseURL: 'https://api.example.com' });
    expect(faultOf(() => attachToken(api, base as never)).message).toContain('clientCredentials({…})');
  });
});
