import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import {
  type AttachTokenOptions,
  clientCredentials,
  type ClientCredentialsOptions,
  type Token,
  type TokenHandle,
} from '../../lib/index.js';
import { attach, record, type RecordedEvents } from '../support/world.js';
import { type Provider, type ProviderClient, type ProviderTls, startProvider } from './provider.js';

/** One provider for all tests of a file, with counts that begin anew for each. Ended after the last one. */
export function useProvider(clients: ProviderClient[], tls?: ProviderTls): () => Provider {
  let provider: Provider | undefined;
  beforeAll(async () => {
    provider = await startProvider(clients, tls);
  }, 20_000);
  beforeEach(() => provider?.resetCounts());
  afterAll(() => provider?.stop());
  return () => provider!;
}

/** An axios attached to the provider's API; the handle is closed after the test. */
export function attached(
  provider: Provider,
  { id, secret }: ProviderClient,
  options: Partial<ClientCredentialsOptions> = {},
  attachOptions: AttachTokenOptions = {},
  axiosDefaults: CreateAxiosDefaults = {},
): { api: AxiosInstance; auth: TokenHandle; events: RecordedEvents } {
  const api = axios.create({ baseURL: provider.apiUrl, ...axiosDefaults });
  const source = clientCredentials({
    ...(options.issuer === undefined && { tokenUrl: provider.tokenUrl }),
    clientId: id,
    ...(secret === undefined ? {} : { clientSecret: secret }),
    ...options,
  });
  const auth = attach(api, source, attachOptions);
  return { api, auth, events: record(auth) };
}

/** RFC 7009, behind the plugin's back: as the client that the token belongs to. */
export async function revoke(
  provider: Provider,
  { id, secret }: ProviderClient,
  { accessToken }: Pick<Token, 'accessToken'>,
): Promise<void> {
  const { status } = await fetch(provider.revocationUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${secret!}`).toString('base64')}` },
    body: new URLSearchParams({ token: accessToken }),
  });
  expect(status).toBe(200);
}

/** Runs something while the clock of the provider and its API is off. */
export async function whileAdvanced<T>(provider: Provider, ms: number, run: () => Promise<T>): Promise<T> {
  await provider.advance(ms);
  try {
    return await run();
  } finally {
    await provider.advance(-ms);
  }
}
