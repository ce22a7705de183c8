import axios, { type AxiosInstance } from 'axios';
import {
  type AttachTokenOptions,
  clientCredentials,
  type ClientCredentialsOptions,
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
): { api: AxiosInstance; auth: TokenHandle; events: RecordedEvents } {
  const api = axios.create({ baseURL: provider.apiUrl });
  const source = clientCredentials({
    tokenUrl: provider.tokenUrl,
    clientId: id,
    ...(secret === undefined ? {} : { clientSecret: secret }),
    ...options,
  });
  const auth = attach(api, source, attachOptions);
  return { api, auth, events: record(auth) };
}
