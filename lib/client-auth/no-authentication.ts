import type { ClientAuth } from './client-auth.js';

/** A public client, or one that the network vouches for: `client_id` alone if there is one (RFC 6749 §3.2.1). */
export function noAuthentication(): ClientAuth {
  return function noAuthentication({ clientId, parameters }) {
    if (clientId !== undefined) parameters.client_id = clientId;
  };
}
