import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * SurveySphere: form, id and secret in the body; tokens live 60 minutes.
 *
 * Source: the provider's API documentation, "Authentication" (read in full).
 */
export function surveysphere(options: PresetOptions): TokenSource {
  return preset({ tokenUrl: 'https://app.surveysphere.co.uk/connect/token' }, options);
}
