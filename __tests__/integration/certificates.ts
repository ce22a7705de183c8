import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { type ClientAuth, mutualTls } from '../../lib/client-auth/index.js';
import { certificateFor, type Issuer } from '../client-auth/certificate.js';
import { jwkOf, newPair, type Pair, pemOf } from '../client-auth/keys.js';
import type { ProviderTls } from './provider.js';

/** Whom the provider and the API trust, and the tests too. */
export const authority: Issuer = { pair: newPair('ES256'), name: 'authority' };
export const ca = certificateFor(authority.pair, authority.name);

const door = newPair('ES256');
export const tls: ProviderTls = {
  key: pemOf(door.privateKey),
  cert: certificateFor(door, 'provider', authority),
  ca,
};

/** Trusts the provider and its API, and shows no certificate. */
export function trusting(): Agent {
  return new Agent({ ca });
}

/** A client's certificate with its key, and what others make of it. */
export class Identity {
  readonly cert: string;
  readonly pair: Pair = newPair('ES256');

  /** @param issuer default: itself */
  constructor(name: string, issuer?: Issuer) {
    this.cert = certificateFor(this.pair, name, issuer);
  }

  get key(): string {
    return pemOf(this.pair.privateKey);
  }

  /** As `cnf` and the API name it. */
  get thumbprint(): string {
    return Buffer.from(new X509Certificate(this.cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  }

  /** As a client registers it, for `self_signed_tls_client_auth`. */
  get jwk(): object {
    return { ...jwkOf(this.pair.publicKey), x5c: [this.cert.replace(/-----.*-----|\s/g, '')] };
  }

  clientAuth(): ClientAuth {
    return mutualTls({ cert: this.cert, key: this.key, ca });
  }

  agent(): Agent {
    return new Agent({ cert: this.cert, key: this.key, ca });
  }
}
