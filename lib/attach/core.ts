import type { AxiosLike } from '../axios-like.js';
import { type Clock, systemClock } from '../clock.js';
import type { FetchToken, TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { createEvents, type Events } from '../events.js';
import { fetchFrom } from '../source/fetch-token.js';
import { Gate } from '../source/gate.js';
import { createTokenClient } from '../source/token-client.js';
import { type Attempt, TokenManager } from '../token/manager.js';
import { type AttachTokenOptions, checkSource, isAxios, TOKEN_SIDE } from './options.js';

/** The token side of a handle: what instances that share a handle share. */
export interface Core {
  source: TokenSource;
  manager: TokenManager;
  events: Events;
  clock: Clock;
  allowInsecureHttp: boolean;
  /** Instances that use it. With none left, no new token is asked for. */
  attachments: number;
}

let functions = 0;

export function sourceFrom(source: unknown): TokenSource {
  if (typeof source === 'function') return { id: `function:${++functions}`, fetchToken: source as FetchToken };
  checkSource(source);
  return source;
}

/** A further instance on the tokens of another: what belongs to the token side has been decided there. */
export function join(core: Core, options: AttachTokenOptions): Core {
  const refused = TOKEN_SIDE.find((name) => options[name] !== undefined);
  if (refused !== undefined) {
    throw new TokenConfigError(
      `attachToken: \`${refused}\` belongs to the token side, which is shared here; set it where that handle was made.`,
      { option: refused },
    );
  }
  if (core.manager.isClosed)
    throw new TokenConfigError('attachToken: the handle given as the source is closed.', { option: 'source' });
  return core;
}

export function createCore(axios: AxiosLike, source: TokenSource, options: AttachTokenOptions): Core {
  const {
    refreshAheadMs,
    tokenTimeoutMs = 10_000,
    maxKeys = 1000,
    clock = systemClock,
    random = Math.random,
    allowInsecureHttp = false,
  } = options;
  if (options.http === axios) {
    throw new TokenConfigError(
      'attachToken: `http` must not be the attached instance: its token requests would wait for a token.',
      { option: 'http' },
    );
  }
  const events = createEvents();
  const gate = new Gate(options.tokenRequests);
  const http = isAxios(options.http)
    ? (options.http as unknown as TokenRequest['http'])
    : createTokenClient(axios, options.http, allowInsecureHttp);
  const fetch = ({ flight, urgent, begun, ...request }: Attempt): ReturnType<typeof fetchFrom> =>
    gate.run(flight, urgent, request.signal, () => {
      begun();
      return fetchFrom((ask) => source.fetchToken(ask), { ...request, http, allowInsecureHttp, clock }, clock);
    });
  const manager = new TokenManager({
    fetch,
    promote: (flight) => {
      gate.promote(flight);
    },
    reissue: source.reissue ?? 'independent',
    refreshAheadMs,
    tokenTimeoutMs,
    maxKeys,
    clock,
    random,
    emit: events.emit,
  });
  return { source, manager, events, clock, allowInsecureHttp, attachments: 0 };
}
