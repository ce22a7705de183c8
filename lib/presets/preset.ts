import type { TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { describedSource } from '../source/client-credentials.js';
import type { ClientCredentialsOptions } from '../source/dialect.js';
import { checkNames } from '../source/description.js';
import { defined } from '../source/parameters.js';
import { address, type PartRules, type Parts } from './address.js';

/**
 * What every preset takes: any option of `clientCredentials`. One that is given takes the place of what the provider's documents say; `params`,
 * `request` and `response` are merged with it, one level deep.
 */
export type PresetOptions = Partial<Omit<ClientCredentialsOptions, 'tokenUrl'>> & {
  /** In place of the provider's own address: another region, or a system for tests. */
  tokenUrl?: ClientCredentialsOptions['tokenUrl'] | undefined;
};

/** A provider's description. Its `tokenUrl` may hold names in braces, see {@link address}. */
export type Description = PresetOptions & { tokenUrl?: string | undefined; partRules?: PartRules | undefined };

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
  { partRules, ...description }: Description,
  own: PresetOptions,
  parts: Parts = {},
  apart: Parts = {},
): TokenSource {
  checkNames(name, own, Object.keys(parts));
  const given = Object.fromEntries(
    Object.entries(own).filter(([option, value]) => value !== undefined || !Object.hasOwn(description, option)),
  );
  const { tokenUrl: template, ...described } = description;
  const merged: PresetOptions = { ...described, ...given };
  if (template !== undefined && (own.tokenUrl ?? own.issuer) === undefined)
    merged.tokenUrl = address(name, template, parts, partRules);
  if (own.dpop && merged.sendAs && !own.sendAs) {
    throw new TokenConfigError(
      `${name}: this provider has its own way of sending tokens, which does not go with \`dpop\`. Leave \`dpop\` out.`,
      { option: 'dpop' },
    );
  }
  for (const group of ['params', 'request', 'response'] as const) {
    const [described, added] = [description[group] as object | undefined, own[group] as object | undefined];
    const over: object | undefined = group === 'params' ? added : added && defined(added);
    if (described && over) merged[group] = { ...described, ...over };
  }
  const source = describedSource(name, merged); // what is wrong is said of the preset: that is what the caller wrote
  source.id += distinction(typeof (merged.tokenUrl ?? merged.issuer) === 'function' ? { ...parts, ...apart } : apart);
  return source;
}

function distinction(apart: Parts): string {
  const given = Object.entries(defined(apart));
  if (given.length === 0) return '';
  return ` ${JSON.stringify(given.map(([name, value]) => [name, typeof value === 'string' ? value : `${name}()`]))}`;
}
