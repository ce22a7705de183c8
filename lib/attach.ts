import { createCore, join, sourceFrom } from './attach/core.js';
import { coreOf } from './attach/core-of.js';
import { createHandle, type TokenHandle } from './attach/handle.js';
import {
  answeredChallenges,
  type AttachTokenOptions,
  checkAttachOptions,
  checkInstance,
  checkOwnCredentials,
  checkTargets,
} from './attach/options.js';
import type { AxiosLike } from './axios-like.js';
import type { FetchToken, TokenSource } from './contract.js';
import { Story } from './interceptor/intercept.js';
import { bearer } from './interceptor/placement.js';
import { unauthorized } from './interceptor/rejection.js';
import { Targets } from './interceptor/target.js';

/**
 * Gives every request of an axios instance a token: cached, renewed before its end, asked for once however many calls need it,
 * and renewed once more when an API refuses it.
 *
 * @param axios an instance, or the global one
 * @param source `clientCredentials({…})`, a preset, a function that gets a token, or the handle of another instance to share its tokens
 * @param options where tokens may go, and how they are kept
 * @returns the handle: tokens for other uses, their state, events, and the way out
 * @throws TokenConfigError for an option that is missing, misspelt or wrong
 * @example
 * ```ts
 * import axios from 'axios';
 * import { attachToken, clientCredentials } from 'axios-client-credentials';
 *
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * const auth = attachToken(
 *   api,
 *   clientCredentials({
 *     tokenUrl: 'https://auth.example.com/oauth2/token',
 *     clientId: 'my-service',
 *     clientSecret: process.env.CLIENT_SECRET,
 *   }),
 *   { keepWarm: { idleMs: 60_000 } },
 * );
 *
 * await api.get('/things'); // Authorization: Bearer …
 * await auth.close();
 * ```
 */
export function attachToken(
  axios: AxiosLike,
  source: TokenSource | FetchToken | TokenHandle,
  options: AttachTokenOptions = {},
): TokenHandle {
  checkInstance(axios);
  checkAttachOptions(options);
  const shared = coreOf(source);
  const core = shared ? join(shared, options) : createCore(axios, sourceFrom(source), options);
  const { allowedOrigins, allowInsecureHttp = core.allowInsecureHttp, retryRejected = true, tokenParams } = options;
  const placement = core.source.sendAs ?? bearer();
  checkTargets(axios, core.source, allowedOrigins, allowInsecureHttp);
  checkOwnCredentials(axios, placement);

  const story = new Story({
    axios,
    manager: core.manager,
    targets: new Targets({ axios, allowedOrigins, allowInsecureHttp }),
    placement,
    rejectedWhen: core.source.rejectedWhen?.bind(core.source) ?? unauthorized(), // a source may be an instance of a class
    baseURL: core.source.baseURL?.bind(core.source),
    retryRejected,
    stepUp: answeredChallenges(options),
    tokenParams,
    clock: core.clock,
    emit: core.events.emit,
  });
  const interceptor = axios.interceptors.request.use(story.interceptor, null, { synchronous: true });
  return createHandle(core, {
    isOwner: !shared,
    detach: () => {
      story.detach();
      axios.interceptors.request.eject(interceptor);
    },
  });
}
