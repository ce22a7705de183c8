import { randomBytes } from 'node:crypto';

/**
 * What asking again with the same client and scope does while the earlier token is still active: one more token (`'independent'`), the
 * same (`'same'`), the same with a new life (`'extends'`), or one that ends the earlier (`'replaces'`).
 */
export type Reissue = 'independent' | 'same' | 'extends' | 'replaces';

/** What a token server knows about a token it issued. Times in milliseconds of the server's clock. */
export interface TokenDescription {
  /** Whom it was issued to. */
  readonly clientId: string;
  /** The granted scope; `undefined` when none was asked for and the client has none of its own. */
  readonly scope?: string | undefined;
  /** When it was issued. */
  readonly issuedAt: number;
  /** When it ends. `undefined`: it lives until it is revoked. */
  readonly expiresAt?: number | undefined;
}

/** Who asks, for what, for how long. */
export interface TokenOrder {
  clientId: string;
  scope: string | undefined;
  lifetimeSeconds: number | undefined;
}

/** A token as it goes out; `expiresInSeconds` counts from now. */
export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number | undefined;
}

/** The tokens of a server: issued, expired, revoked. */
export interface Ledger {
  issue(order: TokenOrder): IssuedToken;
  describe(token: string): TokenDescription | undefined;
  isActive(token: string): boolean;
  revoke(token: string): void;
  revokeAll(): void;
}

type Entry = { -readonly [K in keyof TokenDescription]: TokenDescription[K] } & { revoked: boolean };

export function createLedger(reissue: Reissue, now: () => number): Ledger {
  const entries = new Map<string, Entry>();
  const latest = new Map<string, string>(); // client and scope → the token issued last

  const isActive = (token: string): boolean => {
    const entry = entries.get(token);
    return entry !== undefined && !entry.revoked && (entry.expiresAt === undefined || now() < entry.expiresAt);
  };
  const revoke = (token: string): void => {
    const entry = entries.get(token);
    if (entry !== undefined) entry.revoked = true;
  };
  const create = ({ clientId, scope, lifetimeSeconds }: TokenOrder, at: number): string => {
    const token = `tok_${randomBytes(24).toString('base64url')}`;
    entries.set(token, { clientId, scope, issuedAt: at, expiresAt: endOf(lifetimeSeconds, at), revoked: false });
    return token;
  };
  const choose = (order: TokenOrder, earlier: string | undefined, at: number): string => {
    if (earlier === undefined || !isActive(earlier)) return create(order, at);
    if (reissue === 'same') return earlier;
    if (reissue === 'extends') {
      (entries.get(earlier) as Entry).expiresAt = endOf(order.lifetimeSeconds, at);
      return earlier;
    }
    if (reissue === 'replaces') revoke(earlier);
    return create(order, at);
  };

  return {
    issue(order) {
      const at = now();
      const key = JSON.stringify([order.clientId, order.scope?.split(' ').sort()]);
      const accessToken = choose(order, latest.get(key), at);
      latest.set(key, accessToken);
      const { expiresAt } = entries.get(accessToken) as Entry;
      return { accessToken, expiresInSeconds: expiresAt === undefined ? undefined : (expiresAt - at) / 1000 };
    },
    describe(token) {
      const entry = entries.get(token);
      if (entry === undefined) return undefined;
      const { clientId, scope, issuedAt, expiresAt } = entry;
      return { clientId, scope, issuedAt, expiresAt };
    },
    isActive,
    revoke,
    revokeAll() {
      for (const entry of entries.values()) entry.revoked = true;
    },
  };
}

function endOf(lifetimeSeconds: number | undefined, at: number): number | undefined {
  return lifetimeSeconds === undefined ? undefined : at + Math.round(lifetimeSeconds * 1000);
}
