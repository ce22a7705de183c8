import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * SurveySphere: form, id and secret in the body; tokens live 60 minutes.
 *
 * Source: https://app.surveysphere.co.uk/ (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function surveysphere(options: PresetOptions): TokenSource {
  return preset('surveysphere', { tokenUrl: 'https://app.surveysphere.co.uk/connect/token' }, options);
}
