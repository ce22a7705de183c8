import { authRefresh } from './auth-refresh.mjs';
import { handWritten } from './hand-written.mjs';
import { oauthClient } from './oauth-client.mjs';
import { ours } from './ours.mjs';

/**
 * A contender: `attach(api, endpoint, settings)` lets an axios instance get its tokens from an endpoint,
 * `attachFunction(api, requestToken)` from a function; both return how to stop it. Only ours reads the settings, and takes a
 * third argument: how the token is sent, and what refuses it.
 */
export const contenders = [ours, authRefresh, oauthClient, handWritten];
