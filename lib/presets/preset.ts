import type { TokenSource } from '../contract.js';
import { clientCredentials, type ClientCredentialsOptions } from '../source/client-credentials.js';
import { address, type Parts } from './address.js';

/** What every preset takes: any option of `clientCredentials`, over what the provider's documents say. */
export type PresetOptions = Partial<ClientCredentialsOptions>;

/** A provider's description. Its `tokenUrl` may hold names in braces, see {@link address}. */
export type Description = PresetOptions & { tokenUrl?: string | undefined };

/**
 * A source with a provider's description under the caller's own options: those replace it, except `params`, `request` and
 * `response`, which merge one level deep. `undefined` leaves what is described, except in `params`, where it takes a parameter out.
 *
 * @param name the preset's, for messages
 * @param parts what stands in the braces of `tokenUrl`
 */
export function preset(name: string, description: Description, own: PresetOptions, parts: Parts = {}): TokenSource {
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
  return clientCredentials(merged as ClientCredentialsOptions);
}

function defined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
