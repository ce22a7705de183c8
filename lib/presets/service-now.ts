import type { EndpointAnswer, TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { type AnswerError, errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link serviceNow}. */
export interface ServiceNowOptions extends PresetOptions {
  /** What stands before `.service-now.com`. */
  instance: Value<string | undefined>;
}

/**
 * ServiceNow: form, id and secret in the body; 30 minutes by default. Asking while a token is live gives the same one with a later
 * end, so processes do not get in each other's way. Wrong credentials are told as `server_error` with 401, and so is a grant that the
 * instance does not allow (its property `glide.oauth.inbound.client.credential.grant_type.enabled`).
 *
 * Source: https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0791140 (read; the error is from users' reports).
 *
 * @param options `clientId`, `clientSecret` and `instance`; any option of `clientCredentials`
 */
export function serviceNow({ instance, ...options }: ServiceNowOptions): TokenSource {
  return preset(
    'serviceNow',
    {
      tokenUrl: 'https://{instance}.service-now.com/oauth_token.do',
      response: { error: refusal },
      reissue: 'extends',
    },
    options,
    { instance },
  );
}

/** What comes with 401 does not pass by itself, whatever it is called. */
function refusal(answer: EndpointAnswer): AnswerError | undefined {
  const told = answer.status === 401 ? errorAt('error', 'error_description')(answer) : undefined;
  return told && { ...told, permanent: true };
}
