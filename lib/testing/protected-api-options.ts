import { checkOptions, duration, filledText, isRecord, requireOption, text } from './options.js';
import type { ProtectedApiOptions, TokenLocation } from './protected-api-types.js';

/** The options checked, defaults filled in, values that may be functions turned into functions. */
export interface ProtectedApiSettings {
  accepts: (token: string) => boolean;
  realm: string;
  tokenFrom: TokenLocation;
  latencyMs: () => number;
}

const owner = 'startProtectedApi';
const rules = {
  accepts: ['a token server or a function', (value: unknown) => typeof value === 'function' || isTokenServer(value)],
  realm: text,
  tokenFrom: ["'bearer', { header, scheme? } or { query }", (value: unknown) => value === 'bearer' || isRecord(value)],
  latencyMs: duration,
} as const;
const headerRules = { header: filledText, scheme: filledText };
const queryRules = { query: filledText };

export function readProtectedApiOptions(options: ProtectedApiOptions): ProtectedApiSettings {
  checkOptions(owner, options, rules);
  const { accepts, realm = 'api', tokenFrom = 'bearer', latencyMs = 0 } = options;
  requireOption(owner, 'accepts', accepts);
  if (tokenFrom !== 'bearer') checkLocation(tokenFrom);
  return {
    accepts: typeof accepts === 'function' ? accepts : (token) => accepts.isActive(token),
    realm,
    tokenFrom,
    latencyMs: typeof latencyMs === 'function' ? latencyMs : () => latencyMs,
  };
}

function checkLocation(location: Exclude<TokenLocation, 'bearer'>): void {
  const where = `${owner}: tokenFrom`;
  if ('query' in location) {
    checkOptions(where, location, queryRules);
    requireOption(where, 'query', location.query);
  } else {
    checkOptions(where, location, headerRules);
    requireOption(where, 'header', location.header);
  }
}

function isTokenServer(value: unknown): boolean {
  return isRecord(value) && typeof value.isActive === 'function';
}
