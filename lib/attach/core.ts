import type { AxiosLike } from '../axios-like.js';
import { type Clock, systemClock } from '../clock.js';
import type { FetchToken, TokenRequest, TokenSource } from '../contract.js';
import { oneLine, TokenConfigError } from '../errors.js';
import { createEvents, type Events } from '../events.js';
import { unshareable } from '../source/client-credentials.js';
import { fetchFrom } from '../source/fetch-token.js';
import { Gate } from '../source/gate.js';
import { createTokenClient } from '../source/token-client.js';
import type { Token } from '../token.js';
import type { Attempt } from '../token/acquisition.js';
import type { Entry } from '../token/entries.js';
import type { Fleet } from '../token/fleet.js';
import { TokenManager } from '../token/manager.js';
import { wrong } from '../validate.js';
import { type AttachTokenOptions, checkSource, isAxios, OWNER, TOKEN_SIDE } from './options.js';
import type { Revocations } from './revocations.js';

/** The token side of a handle: what instances that share a handle share. */
export interface Core {
  source: TokenSource;
  manager: TokenManager;
  events: Events;
  clock: Clock;
  allowInsecureHttp: boolean;
  /** Instances that use it. With none left, no new token is asked for. */
  attachments: number;
  gate: Gate;
  http: TokenRequest['http'];
  maxKeys: number;
  /** What the source was asked for last, also where nobody waits for it any more. */
  asked: WeakMap<Entry, Promise<Token>>;
  /** Other processes have the same tokens. */
  isShared: boolean;
  /** Loaded where something is to be revoked. */
  revocations?: Promise<Revocations> | undefined;
}

let functions = 0;
const unnamed = new WeakSet<TokenSource>();

export function sourceFrom(source: unknown): TokenSource {
  if (typeof source === 'function') {
    const made = { id: `function:${++functions}`, fetchToken: source as FetchToken };
    unnamed.add(made);
    return made;
  }
  checkSource(source);
  return source;
}

/** A further instance on the tokens of another: what belongs to the token side has been decided there. */
export function join(core: Core, options: AttachTokenOptions): Core {
  const refused = TOKEN_SIDE.find((name) => options[name] !== undefined);
  if (refused !== undefined) {
    throw wrong(OWNER, refused, 'belongs to the token side, which is shared here; set it where that handle was made.');
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
    revokeReplaced,
    store,
  } = options;
  if (options.http === axios) {
    throw wrong(OWNER, 'http', 'must not be the attached instance: it would wait for itself.');
  }
  if (store) checkShareable(source, revokeReplaced);
  if (revokeReplaced && !source.revokeToken) {
    throw wrong(OWNER, 'revokeReplaced', 'needs a source with `revocationUrl`, `issuer` or a `revokeToken`.');
  }
  const events = createEvents();
  const gate = new Gate(options.tokenRequests);
  const http = isAxios(options.http)
    ? (options.http as unknown as TokenRequest['http'])
    : createTokenClient(axios, options.http, allowInsecureHttp);
  const asked: Core['asked'] = new WeakMap();
  const fetch = ({ entry, flight, urgent, begun, ...request }: Attempt): ReturnType<typeof fetchFrom> =>
    gate.run(flight, urgent, request.signal, () => {
      begun();
      const token = fetchFrom((ask) => source.fetchToken(ask), { ...request, http, allowInsecureHttp, clock }, clock);
      asked.set(entry, token);
      return token;
    });
  let fleet: Promise<Fleet | undefined> | undefined;
  const manager = new TokenManager({
    fetch,
    promote: (flight) => {
      gate.promote(flight);
    },
    fleet:
      store &&
      (() =>
        (fleet ??= import('./shared.js').then(
          ({ sharedBy }) => sharedBy(core, { store, tokenTimeoutMs, random }),
          (error: unknown) => {
            fleet = undefined; // without it, each process is on its own
            events.emit('store:error', () => ({ operation: 'load', message: oneLine(error), retryInMs: undefined }));
            return undefined;
          },
        ))),
    replaced: (entry, token) => {
      if (!revokeReplaced) return;
      revocationsOf(core).then((revocations) => {
        revocations.replaced(entry, token);
      }, ignore);
    },
    reissue: source.reissue ?? 'independent',
    refreshAheadMs,
    tokenTimeoutMs,
    maxKeys,
    clock,
    random,
    emit: events.emit,
  });
  const core: Core = {
    source,
    manager,
    events,
    clock,
    allowInsecureHttp,
    attachments: 0,
    gate,
    http,
    maxKeys,
    asked,
    isShared: store !== undefined,
  };
  return core;
}

/** Whether other processes can know that a token is theirs, too. */
function checkShareable(source: TokenSource, revokeReplaced: boolean | undefined): void {
  if (unnamed.has(source))
    throw wrong(OWNER, 'store', 'cannot know a function again in other processes. Give an object: { id, fetchToken }.');
  if (revokeReplaced)
    throw wrong(OWNER, 'revokeReplaced', 'does not go with `store`: other processes still use what was replaced.');
  const fault = unshareable(source);
  if (fault) throw wrong(OWNER, fault.option, `beside \`store\` ${fault.message}.`);
}

/** What could not be loaded is said by `close()`. */
const ignore = (): void => undefined;

/** Loaded when it is needed first, since most never need it. */
export function revocationsOf(core: Core): Promise<Revocations> {
  return (core.revocations ??= import('./revocations.js').then(({ Revocations }) => new Revocations(core)));
}
