import { pathToFileURL } from 'node:url';

// The built package; BENCH_ENTRY=/path/to/dist/index.js measures another build.
export const entry = process.env.BENCH_ENTRY
  ? pathToFileURL(process.env.BENCH_ENTRY)
  : new URL('../../dist/index.js', import.meta.url);

export const { anyOf, attachToken, bearer, bodyCode, clientCredentials, header, queryParameter, unauthorized } =
  await import(entry);

export const ours = {
  name: 'axios-client-credentials',
  isOurs: true,
  attach(api, endpoint, settings = {}) {
    const auth = attachToken(api, clientCredentials(endpoint), settings);
    return () => auth.close();
  },
  attachFunction(api, requestToken, dialect) {
    const fetchToken = async () => {
      const { access_token, expires_in } = await requestToken();
      return { accessToken: access_token, expiresInMs: expires_in * 1000 };
    };
    const auth = attachToken(api, dialect ? { id: 'bench', fetchToken, ...dialect } : fetchToken);
    return () => auth.close();
  },
};
