import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * ActiGraph CentrePoint: form, id and secret in the body. `scope` as the resources need, such as `'CentrePoint'`.
 *
 * Source: https://github.com/actigraph/CentrePoint3APIDocumentation/blob/HEAD/sections/authorization.md (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function actigraph(options: PresetOptions): TokenSource {
  return preset('actigraph', { tokenUrl: 'https://auth.actigraphcorp.com/connect/token' }, options);
}
