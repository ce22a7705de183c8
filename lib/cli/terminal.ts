import { base64 } from '../base64.js';
import type { Io } from './io.js';
import { type Paint, paintFor } from './paint.js';

const ERASE_LINE = '\r\u001b[2K';

/**
 * What is said, and where: results on stdout, everything else on stderr. Secrets that it knows do not get through, whoever put them into
 * a text.
 */
export class Terminal {
  readonly paint: Paint;
  readonly #io: Io;
  readonly #secrets = new Set<string>();
  #isBusy = false;

  constructor(io: Io) {
    this.#io = io;
    this.paint = paintFor(io, io.stderr);
  }

  /** From now on this text is not printed. */
  hide(secret: string | undefined): void {
    if (secret === undefined || secret.length < 4) return; // too short to be a secret: it would only garble the text
    const form = new URLSearchParams([['', secret]]).toString().slice(1);
    const inJson = JSON.stringify(secret).slice(1, -1);
    for (const one of [secret, encodeURIComponent(secret), form, inJson, base64(secret)]) this.#secrets.add(one);
  }

  /** A line of the result, without any secret. */
  result(text: string): void {
    this.write(this.#clean(text));
  }

  /** A result as it is: the token that was asked for. */
  write(text: string): void {
    this.#quiet();
    this.#io.stdout.write(`${text}\n`);
  }

  /** What goes on at the moment: on a terminal the next line takes its place. */
  busy(text: string): void {
    const { env, stderr } = this.#io;
    if (stderr.isTTY !== true || env.TERM === 'dumb') return this.say(text);
    this.#quiet();
    const line = this.#clean(text).slice(0, (stderr.columns ?? 80) - 1); // of two lines only the last could be erased
    stderr.write(this.paint('dim', line));
    this.#isBusy = true;
  }

  /** A line about what goes on. */
  say(text: string): void {
    this.#quiet();
    this.#io.stderr.write(`${this.#clean(text)}\n`);
  }

  /** What went wrong: one paragraph. */
  fail(paragraph: string): void {
    this.say(`${this.paint('red', 'error:')} ${this.#clean(paragraph).replace(/\s*\n\s*/g, ' ')}`);
  }

  #quiet(): void {
    if (this.#isBusy) this.#io.stderr.write(ERASE_LINE);
    this.#isBusy = false;
  }

  #clean(text: string): string {
    let clean = text;
    const longestFirst = [...this.#secrets].sort((a, b) => b.length - a.length);
    for (const secret of longestFirst) clean = clean.split(secret).join('[redacted]');
    return clean;
  }
}
