import type { TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { clientCredentials } from '../source/client-credentials.js';
import type { ClientCredentialsOptions } from '../source/dialect.js';
import { checkNames } from '../source/description.js';
import { address, type Parts } from './address.js';

/** What every preset takes: any option of `clientCredentials`, over what the provider's documents say. */
export type PresetOptions = Partial<Omit<ClientCredentialsOptions, 'tokenUrl'>> & {
  /** In place of the provider's own address. */
  tokenUrl?: ClientCredentialsOptions['tokenUrl'] | undefined;
};

/** A provider's description. Its `tokenUrl` may hold names in braces, see {@link address}. */
export type Description = PresetOptions & { tokenUrl?: string | undefined };

/**
 * A source with a provider's description under the caller's own options: those replace it, except `params`, `request` and
 * `response`, which merge one level deep. `undefined` leaves what is described, except in `params`, where it takes a parameter out.
 *
 * @param name the preset's, for messages
 * @param parts what stands in the braces of `tokenUrl`
 * @param apart what else tells two sources apart, and is neither a parameter nor a secret
 */
export function preset(
  name: string,
  description: Description,
  own: PresetOptions,
  parts: Parts = {},
  apart: Parts = {},
): TokenSource {
  checkNames(name, own, Object.keys(parts));
  const given = Object.fromEntries(
    Object.entries(own).filter(([option, value]) => value !== undefined || !Object.hasOwn(description, option)),
  );
  const merged: PresetOptions = { ...description, ...given };
  if (own.tokenUrl === undefined && description.tokenUrl !== undefined)
    merged.tokenUrl = address(name, description.tokenUrl, parts);
  for (const group of ['params', 'request', 'response'] as const) {
    if (!isObject(description[group]) || !isObject(own[group])) continue;
    merged[group] = { ...description[group], ...(group === 'params' ? own[group] : defined(own[group])) };
  }
  const source = inTheNameOf(name, () => clientCredentials(merged as ClientCredentialsOptions));
  source.id += distinction(typeof merged.tokenUrl === 'function' ? { ...parts, ...apart } : apart);
  return source;
}

/** What is wrong is said of the preset: that is what the caller wrote. */
function inTheNameOf<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TokenConfigError)) throw error;
    throw new TokenConfigError(error.message.replace(/^clientCredentials:/, `${name}:`), { option: error.option });
  }
}

function distinction(apart: Parts): string {
  const given = Object.entries(apart).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return ` ${JSON.stringify(given.map(([name, value]) => [name, typeof value === 'string' ? value : `${name}()`]))}`;
}

function defined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
