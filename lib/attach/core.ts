import type { AxiosLike } from '../axios-like.js';
import { type Clock, systemClock } from '../clock.js';
import type { FetchToken, TokenRequest, TokenSource } from '../contract.js';
import { oneLine, TokenConfigError } from '../errors.js';
import { createEvents, type Events, type TokenEvents } from '../events.js';
import { unshareable } from '../source/client-credentials.js';
import { fetchFrom } from '../source/fetch-token.js';
import { Gate } from '../source/gate.js';
import { createTokenClient } from '../source/token-client.js';
import type { Token } from '../token.js';
import type { Attempt } from '../token/acquisition.js';
import { type Entry, subjectOf } from '../token/entries.js';
import type { Fleet } from '../token/fleet.js';
import { TokenManager } from '../token/manager.js';
import { wrong } from '../validate.js';
import { type AttachTokenOptions, checkSource, isAxios, OWNER, TOKEN_SIDE } from './options.js';
import type { Revocations } from './revocations.js';

/**
 * Whoever watches token requests: told of each attempt in the async context of the call that began it; what it returns is what the
 * request runs within when it has its turn. It never fails by itself.
 */
export type Within = (
  request: TokenEvents['token:requested'] & { signal: AbortSignal },
) => (run: () => Promise<Token>) => Promise<Token>;

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
  /** What is to end with the handle, when its owner has closed it. */
  closed: Set<() => void>;
  /** Set by an observer such as `./opentelemetry`. */
  within?: Within | undefined;
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
    keepWarm,
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
  const fetch = ({ entry, flight, attempt, urgent, begun, ...request }: Attempt): Promise<Token> => {
    const { reason, signal } = request;
    const within = core.within?.({ ...subjectOf(entry), flight, reason, attempt, background: !urgent, signal });
    return gate.run(
      flight,
      urgent,
      signal,
      () => {
        begun();
        const get = (): Promise<Token> =>
          fetchFrom((ask) => source.fetchToken(ask), { ...request, http, allowInsecureHttp, clock }, clock);
        const token = within ? within(get) : get();
        asked.set(entry, token);
        // What was heard of is of no use any more, and holds the async context of the call that asked.
        const heard = (): void => {
          if (!signal.aborted && asked.get(entry) === token) asked.delete(entry);
        };
        token.then(heard, heard);
        return token;
      },
      entry.failure !== undefined,
    );
  };
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
      }, ignore); // what could not be loaded is said by `close()`
    },
    keepWarm:
      keepWarm === undefined || keepWarm === false
        ? undefined
        : import('../token/keep-warm.js').then(
            ({ KeepWarm }) => new KeepWarm(clock, keepWarm === true ? Infinity : keepWarm.idleMs, source.reissue),
            ignore, // without it tokens are renewed when they are used
          ),
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
    closed: new Set(),
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

const ignore = (): undefined => undefined;

/** Loaded when it is needed first, since most never need it. */
export function revocationsOf(core: Core): Promise<Revocations> {
  return (core.revocations ??= import('./revocations.js').then(({ Revocations }) => new Revocations(core)));
}
