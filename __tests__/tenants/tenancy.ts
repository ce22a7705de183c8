import { AsyncLocalStorage } from 'node:async_hooks';
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import {
  type AttachTokenOptions,
  type FetchedToken,
  TokenEndpointError,
  type TokenHandle,
  type TokenRequest,
} from '../../lib/index.js';
import { attach } from '../support/world.js';

// A server of many tenants, as a BFF is one: whose call it is stands in the context, and the plugin asks for it by `tokenParams`.

export const currentTenant = new AsyncLocalStorage<string>();

/** Ten thousand tenants on a busy machine take their time, and no deadline is part of what is proved there. */
export const PATIENCE = { tokenTimeoutMs: 600_000 };

/** One API request as it went out. */
export interface Send {
  /** Whose call it is, by its path. */
  tenant: string;
  /** Whose token it carries. */
  owner: string;
  /** Whose context it went out in. */
  context: string | undefined;
}

export interface Tenancy {
  auth: TokenHandle;
  api: AxiosInstance;
  /** Everything that reached the API. */
  sends: Send[];
  /** Tenants in the order in which the source was asked for a token of theirs. */
  asked: string[];
  /** A call to the API in the name of a tenant. */
  call(tenant: string): Promise<unknown>;
  /** The API takes no token any more that was issued so far. */
  revokeAll(): void;
}

export interface TenancyOptions extends AttachTokenOptions {
  /** How the source answers. Default: at once, for an hour. */
  answer?: (request: TokenRequest, token: FetchedToken) => FetchedToken | Promise<FetchedToken>;
  /** What an API request waits for. */
  transport?: (tenant: string) => Promise<unknown>;
}

/** The API and the source are in this process: what is looked at is what lies between them. */
export function tenancy({ answer = (_, token) => token, transport, ...options }: TenancyOptions = {}): Tenancy {
  const sends: Send[] = [];
  const asked: string[] = [];
  let issued = 0;
  let revoked = 0;

  const api = axios.create({
    baseURL: 'https://api.example.com',
    async adapter(config: InternalAxiosRequestConfig) {
      const tenant = config.url!.slice(1);
      const [owner = '', number] = String(config.headers.get('Authorization')).replace('Bearer ', '').split('/');
      sends.push({ tenant, owner, context: currentTenant.getStore() });
      await transport?.(tenant);
      const status = Number(number) > revoked ? 200 : 401;
      const response = { data: '', status, statusText: '', headers: {}, config };
      if (status === 200) return response;
      throw new axios.AxiosError('refused', 'ERR_BAD_REQUEST', config, undefined, response);
    },
  });
  const source = async (request: TokenRequest): Promise<FetchedToken> => {
    asked.push(String(request.tenant));
    const accessToken = `${request.tenant}/${++issued}`;
    return answer(request, { accessToken, expiresInMs: 3_600_000 });
  };
  const auth = attach(api, source, { tokenParams: () => ({ tenant: currentTenant.getStore() }), ...options });
  return {
    auth,
    api,
    sends,
    asked,
    call: (tenant) => currentTenant.run(tenant, () => api.get(`/${tenant}`)),
    revokeAll: () => {
      revoked = issued;
    },
  };
}

export const tenantsNamed = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

/** Sends that carry a token of somebody else, or went out in the context of somebody else. */
export const crossed = (sends: readonly Send[]): Send[] =>
  sends.filter(({ tenant, owner, context }) => owner !== tenant || context !== tenant);

/** What a source fails with whose token endpoint does not know the client. */
export const invalidClient = (): TokenEndpointError =>
  new TokenEndpointError('invalid_client', { status: 401, error: 'invalid_client', permanent: true });
