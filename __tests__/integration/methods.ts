import {
  type ClientAuth,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  noAuthentication,
  privateKeyJwt,
} from '../../lib/client-auth/index.js';
import { jwkOf, pairFor } from '../client-auth/keys.js';
import { authority, Identity } from './certificates.js';
import type { ProviderClient, ProviderCounts } from './provider.js';

export type Method = ProviderClient['method'];

const secret = 'a secret of 32 bytes, or some more of them';
const signer = pairFor('ES256');
export const certified = new Identity('certified', authority);
const itself = new Identity('itself');

/** How each is registered, what it is made with here, and how the provider sees it. */
export const METHODS: Record<
  Method,
  {
    registered?: Partial<ProviderClient>;
    clientAuth: ClientAuth;
    login: ProviderCounts['logins'][number];
    identity?: Identity;
  }
> = {
  client_secret_basic: { registered: { secret }, clientAuth: clientSecretBasic(), login: 'header' },
  client_secret_post: { registered: { secret }, clientAuth: clientSecretPost(), login: 'body' },
  client_secret_jwt: { registered: { secret }, clientAuth: clientSecretJwt(), login: 'assertion' },
  private_key_jwt: {
    registered: { keys: [jwkOf(signer.publicKey)] },
    clientAuth: privateKeyJwt({ key: signer.privateKey, algorithm: 'ES256' }),
    login: 'assertion',
  },
  tls_client_auth: {
    registered: { commonName: 'certified' },
    clientAuth: certified.clientAuth(),
    login: 'none',
    identity: certified,
  },
  self_signed_tls_client_auth: {
    registered: { keys: [itself.jwk] },
    clientAuth: itself.clientAuth(),
    login: 'none',
    identity: itself,
  },
  none: { clientAuth: noAuthentication(), login: 'none' },
};
export const methods = Object.keys(METHODS) as Method[];
