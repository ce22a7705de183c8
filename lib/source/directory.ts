import type { TokenRequest } from '../contract.js';
import type { ClientCredentialsOptions } from './dialect.js';
import { urlOf } from './endpoint-url.js';

export interface Endpoints {
  tokenUrl: URL;
  /** Asked for only where a token is revoked. */
  revocationUrl: () => Promise<URL | undefined>;
}

/** Knows where a source's requests go. */
export interface Directory {
  find(request: TokenRequest): Promise<Endpoints>;
  /** Asked after a token request has failed: whether its endpoint is elsewhere now, so that it should be sent there at once. */
  moved(error: unknown, request: TokenRequest): Promise<boolean>;
}

/** As the options say it; with an `issuer`, as its metadata say it. */
export function directoryOf(options: ClientCredentialsOptions): Directory {
  if (options.issuer === undefined)
    return { find: (request) => given(options, request), moved: () => Promise.resolve(false) };
  let discovery: Promise<Directory> | undefined;
  const load = (): Promise<Directory> =>
    (discovery ??= import('./discovery.js').then(({ discoveryOf }) => discoveryOf(options)));
  return {
    find: async (request) => (await load()).find(request),
    moved: async (error, request) => (await load()).moved(error, request),
  };
}

async function given({ tokenUrl, revocationUrl }: ClientCredentialsOptions, request: TokenRequest): Promise<Endpoints> {
  return {
    tokenUrl: await urlOf('tokenUrl', tokenUrl, request),
    revocationUrl: async () =>
      revocationUrl === undefined ? undefined : urlOf('revocationUrl', revocationUrl, request),
  };
}
