import { isBytes, utf8 } from './bytes.js';
import { base64OfBytes, bytesOfBase64 } from '../base64.js';
import { checkOptions, fault, isRecord, missing, type Rule, wrong } from '../validate.js';

/** A key with which tokens are encrypted in Redis (AES-256-GCM). */
export interface EncryptionKey {
  /** Tells it from the others; it stands readable in Redis. Letters, digits, `_`, `.` and `-`, at most 64. */
  id: string;
  /** 32 bytes, or a text of them in base64, base64url or hex. */
  key: Uint8Array | string;
}

/** How texts are kept: as they are, or so that only those who have the key can read them. */
export interface Sealing {
  /** @param about what the text belongs to: beside anything else it cannot be opened */
  seal(text: string, about: readonly unknown[]): Promise<string>;
  /** `undefined`: it was not sealed like this, with a key that is known here, and for that. */
  open(sealed: string, about: readonly unknown[]): Promise<string | undefined>;
}

const PLAIN = 'plain:';
const SEALED = 'a256gcm:';
const IV_BYTES = 12;

/** Nothing is sealed, and nothing that is can be read. */
const unsealed: Sealing = {
  seal: (text) => Promise.resolve(PLAIN + text),
  open: (kept) => Promise.resolve(kept.startsWith(PLAIN) ? kept.slice(PLAIN.length) : undefined),
};

/**
 * AES-256-GCM, with a new IV of 96 random bits each time (NIST SP 800-38D §8.2.2).
 *
 * @throws TokenConfigError for what is no list of keys
 */
export function sealing(owner: string, given: readonly EncryptionKey[] | undefined): Sealing {
  if (given === undefined) return unsealed;
  const imported = new Map(checked(owner, given).map(([id, bytes]) => [id, once(() => importKey(bytes))]));
  const [[firstId, firstKey]] = [...imported] as [[string, () => Promise<CryptoKey>]];
  return {
    seal: async (text, about) => {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const algorithm = { name: 'AES-GCM', iv, additionalData: bound(about) };
      const sealed = await crypto.subtle.encrypt(algorithm, await firstKey(), new TextEncoder().encode(text));
      return `${SEALED}${firstId}:${base64OfBytes(iv)}${base64OfBytes(new Uint8Array(sealed))}`;
    },
    open: async (kept, about) => {
      const [, id = '', iv = '', sealed = ''] = /^a256gcm:([\w.-]+):([\w+/]{16})([\w+/=]+)$/.exec(kept) ?? [];
      const key = imported.get(id);
      if (!key) return undefined;
      try {
        const algorithm = { name: 'AES-GCM', iv: bytesOfBase64(iv), additionalData: bound(about) };
        return utf8(await crypto.subtle.decrypt(algorithm, await key(), bytesOfBase64(sealed)));
      } catch {
        return undefined;
      }
    },
  };
}

const bound = (about: readonly unknown[]): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(about));

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const importKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

const OPTION = 'encryptionKeys';

function checked(owner: string, given: unknown): [string, Uint8Array<ArrayBuffer>][] {
  if (!Array.isArray(given) || given.length === 0) {
    throw fault(owner, OPTION, 'must be an array of at least one `{ id, key }`', given);
  }
  const ids = new Set<string>();
  return given.map((one: unknown, index) => {
    const path = `${OPTION}[${index}]`;
    if (!isRecord(one)) throw fault(owner, path, 'must be an object `{ id, key }`', one);
    checkOptions(owner, one, { id: anId, key: () => undefined }, `${path}.`);
    const { id, key } = one;
    if (id === undefined) throw fault(owner, `${path}.id`, ID, id);
    if (ids.has(id as string)) throw wrong(owner, `${path}.id`, 'is the id of an earlier key too: each needs its own.');
    ids.add(id as string);
    return [id as string, keyBytes(owner, `${path}.key`, key)];
  });
}

const ID = 'must be a text of 1 to 64 letters, digits, `_`, `.` and `-`';
const anId: Rule = (value) => (typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? undefined : ID);

const KEY = 'must be 32 bytes, or a text of them in base64, base64url or hex';

/** A copy: what is done to the given bytes later changes nothing here. */
function keyBytes(owner: string, option: string, key: unknown): Uint8Array<ArrayBuffer> {
  if (key === undefined || key === '') throw missing(owner, option);
  if (!isBytes(key) && typeof key !== 'string') throw fault(owner, option, KEY, key);
  const bytes = isBytes(key) ? Uint8Array.from(key) : decoded(key.trim()); // a file may end in a line break
  if (bytes?.length === 32) return bytes;
  const got = bytes ? `${bytes.length} bytes` : `a text of ${key.length} characters that is none of these`;
  throw wrong(owner, option, `${KEY}; got ${got}.`);
}

function decoded(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) {
    return Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  }
  const digits = text.replace(/={1,2}$/, '');
  return /^[\w+/-]+$/.test(digits) && digits.length % 4 !== 1
    ? bytesOfBase64(digits.replace(/-/g, '+').replace(/_/g, '/'))
    : undefined;
}
