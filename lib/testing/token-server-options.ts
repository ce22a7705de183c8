import type { Reissue } from './ledger.js';
import {
  checkOptions,
  duration,
  filledText,
  func,
  numberOrFunction,
  oneOf,
  path,
  requireOption,
  text,
  texts,
} from './options.js';
import type { TokenAnswer, TokenServerClient, TokenServerOptions, TokenServerRequest } from './token-server-types.js';

/** The options checked, defaults filled in, values that may be functions turned into functions. */
export interface TokenServerSettings {
  clients: readonly [TokenServerClient, ...TokenServerClient[]];
  path: string;
  lifetimeSeconds: (request: TokenServerRequest) => number | undefined;
  latencyMs: () => number;
  reissue: Reissue;
  tokenType: string;
  answer: (request: TokenServerRequest, token: TokenAnswer) => object | string;
  now: () => number;
}

const owner = 'startTokenServer';
const rules = {
  clients: ['an array of at least one client', (value: unknown) => Array.isArray(value) && value.length > 0],
  path,
  lifetimeSeconds: numberOrFunction,
  latencyMs: duration,
  reissue: oneOf('independent', 'same', 'extends', 'replaces'),
  tokenType: filledText,
  answer: func,
  now: func,
} as const;
const clientRules = { clientId: filledText, clientSecret: text, scopes: texts };

export function readTokenServerOptions(options: TokenServerOptions): TokenServerSettings {
  checkOptions(owner, options, rules);
  const {
    clients = [{ clientId: 'test-client', clientSecret: 'test-secret' }],
    lifetimeSeconds = 3600,
    latencyMs = 0,
  } = options;
  clients.forEach((client, index) => {
    checkOptions(`${owner}: clients[${index}]`, client, clientRules);
    requireOption(`${owner}: clients[${index}]`, 'clientId', client.clientId);
  });
  return {
    clients: clients as [TokenServerClient, ...TokenServerClient[]],
    path: options.path ?? '/oauth2/token',
    lifetimeSeconds: typeof lifetimeSeconds === 'function' ? lifetimeSeconds : () => lifetimeSeconds,
    latencyMs: typeof latencyMs === 'function' ? latencyMs : () => latencyMs,
    reissue: options.reissue ?? 'independent',
    tokenType: options.tokenType ?? 'Bearer',
    answer: options.answer ?? ((_request, token) => token),
    now: options.now ?? Date.now,
  };
}
