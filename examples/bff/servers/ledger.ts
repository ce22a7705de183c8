import { randomBytes } from 'node:crypto';

/** Who a token speaks for. A service's own token has no user, a credential for all tenants has no tenant. */
export interface Grant {
  tenant?: string | undefined;
  user?: string | undefined;
}

/** The tokens of an embedded server: issued, expired, revoked. */
export interface Ledger {
  issue(grant: Grant, lifetimeMs: number): string;
  /** What a token is good for; `undefined` once it has expired or was revoked. */
  find(token: string | undefined): Grant | undefined;
  revokeAll(): void;
  /** All that it remembers, good or not: what must never reach a browser. */
  known(): string[];
}

/** The oldest are forgotten, so that the example can run for weeks. */
const remembered = 10_000;

export function createLedger(): Ledger {
  const grants = new Map<string, Grant & { expiresAt: number }>();
  return {
    issue(grant, lifetimeMs) {
      const token = randomBytes(24).toString('base64url');
      grants.set(token, { ...grant, expiresAt: Date.now() + lifetimeMs });
      for (const oldest of grants.keys()) {
        if (grants.size <= remembered) break;
        grants.delete(oldest);
      }
      return token;
    },
    find(token = '') {
      const grant = grants.get(token);
      return grant !== undefined && Date.now() < grant.expiresAt ? grant : undefined;
    },
    revokeAll() {
      for (const grant of grants.values()) grant.expiresAt = 0;
    },
    known: () => [...grants.keys()],
  };
}
