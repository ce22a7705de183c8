import type { EndpointAnswer } from '../contract.js';
import { speakerOf } from './address.js';

const MOST_ORIGINS = 100;
const LONGEST_NONCE = 2048;

/** RFC 9449 §8.1, RFC 6749 appendix A. */
const NQCHARS = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

interface Heard {
  speaker: string;
  nonce: string;
  /** A proof has been made with it. */
  isUsed: boolean;
}

/** The newest nonce of each origin (RFC 9449 §8.2). The origin that has been silent for longest is forgotten. */
export class Nonces {
  readonly #newest = new Map<string, Heard>();
  /** What came with an answer: the newest may be another call's by the time that a proof is made, and good for one use. */
  readonly #heard = new WeakMap<EndpointAnswer, Heard>();

  /**
   * @param askedBy the answer for which a request is sent once more: its own nonce goes before newer ones of that origin, unless
   * another request has used it meanwhile
   */
  of(origin: string, askedBy?: EndpointAnswer): string | undefined {
    const speaker = speakerOf(origin);
    const own = askedBy && this.#heard.get(askedBy);
    const heard = own?.speaker === speaker && !own.isUsed ? own : this.#newest.get(speaker);
    if (heard) heard.isUsed = true;
    return heard?.nonce;
  }

  /** Whether there is a nonce in an answer that can be sent back. */
  learn(answer: EndpointAnswer, origin: string): boolean {
    const nonce = answer.headers['dpop-nonce'];
    if (nonce === undefined || nonce.length > LONGEST_NONCE || !NQCHARS.test(nonce)) return false;
    const speaker = speakerOf(origin);
    const heard = { speaker, nonce, isUsed: false };
    this.#heard.set(answer, heard);
    this.#newest.delete(speaker);
    this.#newest.set(speaker, heard);
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > MOST_ORIGINS && oldest !== undefined) this.#newest.delete(oldest);
    return true;
  }
}
