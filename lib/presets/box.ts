import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link box}. */
export interface BoxOptions extends PresetOptions {
  /** Whether the token is for the application's service account or for a user: sent as `box_subject_type`. */
  boxSubjectType: Value<'enterprise' | 'user'>;
  /** The id of the enterprise or of the user: sent as `box_subject_id`. */
  boxSubjectId: Value<string | undefined>;
}

/**
 * Box, client credentials: form, id and secret in the body, and whom the token is for. Tokens live about an hour. For many users give
 * `boxSubjectId` as a function of the request's `tenant`: each then has a token of its own.
 *
 * Source: https://developer.box.com/guides/authentication/client-credentials/index (read).
 *
 * @param options `clientId`, `clientSecret`, `boxSubjectType` and `boxSubjectId`; any option of `clientCredentials`
 */
export function box({ boxSubjectType, boxSubjectId, ...options }: BoxOptions): TokenSource {
  return preset(
    'box',
    {
      tokenUrl: 'https://api.box.com/oauth2/token',
      params: {
        box_subject_type: requiredValue('box', 'boxSubjectType', boxSubjectType),
        box_subject_id: requiredValue('box', 'boxSubjectId', boxSubjectId),
      },
    },
    options,
  );
}
