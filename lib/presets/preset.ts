import type { TokenSource } from '../contract.js';
import { clientCredentials, type ClientCredentialsOptions } from '../source/client-credentials.js';

/** What every preset takes: any option of `clientCredentials`, over what the provider's documents say. */
export type PresetOptions = Partial<ClientCredentialsOptions>;

/**
 * A source with a provider's description under the caller's own options: those replace it, except `params`, `request` and
 * `response`, which merge one level deep.
 */
export function preset(description: PresetOptions, own: PresetOptions): TokenSource {
  const given = Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== undefined || !(name in description)),
  );
  const merged = { ...description, ...given };
  for (const name of ['params', 'request', 'response'] as const) {
    if (isObject(description[name]) && isObject(own[name])) merged[name] = { ...description[name], ...own[name] };
  }
  return clientCredentials(merged as ClientCredentialsOptions);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
