import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * ActiGraph CentrePoint: form, id and secret in the body. `scope` as the resources need, such as `'CentrePoint'`.
 *
 * Source: the provider's API documentation, "Authorization" (read in full).
 */
export function actigraph(options: PresetOptions): TokenSource {
  return preset({ tokenUrl: 'https://auth.actigraphcorp.com/connect/token' }, options);
}
