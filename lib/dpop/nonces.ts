import type { EndpointAnswer } from '../contract.js';
import { speakerOf } from './address.js';

const MOST_ORIGINS = 100;
const LONGEST_NONCE = 2048;

/** RFC 9449 §8.1, RFC 6749 appendix A. */
const NQCHARS = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** The newest nonce of each origin (RFC 9449 §8.2). The origin that has been silent for longest is forgotten. */
export class Nonces {
  readonly #newest = new Map<string, string>();

  of(origin: string): string | undefined {
    return this.#newest.get(speakerOf(origin));
  }

  /** Whether there is a nonce in an answer that can be sent back. */
  learn({ headers }: EndpointAnswer, origin: string): boolean {
    const nonce = headers['dpop-nonce'];
    if (nonce === undefined || nonce.length > LONGEST_NONCE || !NQCHARS.test(nonce)) return false;
    const speaker = speakerOf(origin);
    this.#newest.delete(speaker);
    this.#newest.set(speaker, nonce);
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > MOST_ORIGINS && oldest !== undefined) this.#newest.delete(oldest);
    return true;
  }
}
