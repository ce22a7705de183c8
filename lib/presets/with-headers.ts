import type { TokenPlacement } from '../contract.js';
import { bearer } from '../interceptor/placement.js';
import { TokenConfigError } from '../errors.js';
import { required } from './address.js';

/** A function makes one anew for every request. */
type HeaderValue = string | (() => string) | undefined;

/**
 * The token as a placement writes it, and further headers that the API wants beside it. The caller's own value of such a header stays;
 * one that is `undefined` is left out.
 */
export function withHeaders(headers: Record<string, HeaderValue>, placement = bearer()): TokenPlacement {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  if (given.length === 0) return placement;
  const place: TokenPlacement = (config, token) => {
    for (const [name, value] of given)
      if (!config.headers.has(name)) config.headers.set(name, typeof value === 'function' ? value() : value);
    return placement(config, token);
  };
  return Object.assign(place, { header: placement.header, parameter: placement.parameter });
}

/** A value that goes into every API request, where no function can be asked for it. */
export function plain(owner: string, name: string, value: unknown): string {
  if (typeof value !== 'function') return required(owner, name, value);
  throw new TokenConfigError(
    `${owner}: \`${name}\` must be a string, not a function: it is also sent with every API request. With a function, set \`sendAs\` yourself.`,
    { option: name },
  );
}
