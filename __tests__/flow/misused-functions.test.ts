import axios, { type InternalAxiosRequestConfig } from 'axios';
import { attachToken, type AttachTokenOptions, type TokenSource } from '../../lib/index.js';

/** An instance whose adapter notes what is sent and answers with the given statuses, then 200. */
function recorded(source: Partial<TokenSource>, options: AttachTokenOptions = {}, statuses: number[] = []) {
  const sent: (string | undefined)[] = [];
  const api = axios.create({
    baseURL: 'https://api.example.com',
    adapter: (config: InternalAxiosRequestConfig) => {
      sent.push(config.headers.get('Authorization') as string | undefined);
      const status = statuses.shift() ?? 200;
      const response = { data: '', status, statusText: '', headers: {}, config };
      return status === 200
        ? Promise.resolve(response)
        : Promise.reject(new axios.AxiosError('', '', config, {}, response));
    },
  });
  const fetchToken: TokenSource['fetchToken'] = ({ tenant }) => {
    asked += 1;
    return Promise.resolve({ accessToken: `token-${tenant ?? 'none'}-${asked}`, response: {} });
  };
  let asked = 0;
  return { api, sent, auth: attachToken(api, { id: 'own', fetchToken, ...source }, options) };
}

test.each([undefined, null, '/relative', 'not a url', 'ftp://files.example.com'])(
  'a source whose baseURL(token) is %p sends no token anywhere',
  async (address) => {
    const { api, sent, auth } = recorded({ baseURL: () => address as never });
    for (const url of ['/things', 'https://evil.example/steal', 'http://plain.example/x']) {
      await expect(api.get(url)).rejects.toMatchObject({ code: 'ERR_TOKEN_CONFIG', option: 'baseURL' });
    }
    expect(sent).toEqual([]);
    await auth.close();
  },
);

test('an async allowedOrigins is no yes: nothing is sent, and the error says why', async () => {
  const { api, sent, auth } = recorded({}, { allowedOrigins: (() => Promise.resolve(false)) as never });
  await expect(api.get('https://evil.example/x')).rejects.toMatchObject({ option: 'allowedOrigins' });
  expect(sent).toEqual([]);
  await auth.close();
});

test('an object that tokenParams reuses for the next tenant changes no key that it was given for', async () => {
  const shared = { tenant: 'a' };
  const { api, sent, auth } = recorded({}, { tokenParams: () => shared }, [200, 401]);
  await api.get('/first'); // tenant a
  const refused = api.get('/second'); // tenant a, refused once
  shared.tenant = 'b';
  await refused;
  shared.tenant = 'a';
  await api.get('/third');
  expect(sent.map((value) => /token-(\w+)-/.exec(value ?? '')?.[1])).toEqual(['a', 'a', 'a', 'a']);
  await auth.close();
});

test('methods of a source that is an instance of a class keep their object', async () => {
  class Own implements TokenSource {
    id = 'own';
    readonly address: string = 'https://api.example.com';
    fetchToken = () => Promise.resolve({ accessToken: 'token' });
    baseURL(): string {
      return this.address;
    }
    rejectedWhen({ status }: { status: number }): boolean {
      return this.address.length > 0 && status === 401;
    }
  }
  const api = axios.create({
    adapter: (config) => Promise.resolve({ data: config.baseURL, status: 200, statusText: 'OK', headers: {}, config }),
  });
  const auth = attachToken(api, new Own());
  expect((await api.get('/x')).data).toBe('https://api.example.com');
  await auth.close();
});
