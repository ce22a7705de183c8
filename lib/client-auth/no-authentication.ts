import { type ClientAuth, withTraits } from './client-auth.js';
import { noteFactories } from '../validate.js';

/** A public client, or one that the network vouches for: `client_id` alone if there is one (RFC 6749 §3.2.1). */
export function noAuthentication(): ClientAuth {
  const traits = { name: 'noAuthentication', needsSecret: false, needsParameters: false };
  return withTraits(traits, ({ clientId, parameters }) => {
    if (clientId !== undefined) parameters.client_id = clientId;
  });
}

noteFactories({ noAuthentication });
