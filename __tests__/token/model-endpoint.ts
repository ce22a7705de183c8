import { createToken, type Token } from '../../lib/token.js';
import type { Attempt } from '../../lib/token/acquisition.js';
import type { FakeClock } from '../support/fake-clock.js';
import { permanent, SECOND, transient } from './rig.js';

export const LIFETIME = 120 * SECOND;

interface Request {
  attempt: Attempt;
  key: number;
  number: number;
  sentAt: number;
  over: boolean;
  resolve: (token: Token) => void;
  reject: (error: unknown) => void;
}

/** What is known of a token. */
export interface Issue {
  key: number;
  /** That of its request: the later it was asked for, the higher. */
  number: number;
  /** Its place among all that happened. When it is given again, that is another arrival. */
  order: number;
  /** Monotonic time of its arrival. */
  arrivedAt: number;
  revoked: boolean;
}

/** A token endpoint that answers when it is told to. */
export class Endpoint {
  readonly issues = new Map<string, Issue>();
  readonly #latest = new Map<number, Token>();
  readonly #clock: FakeClock;
  readonly #broken: string[];
  readonly #order: () => number;
  #requests: Request[] = [];
  #numbers = 0;
  #healthy = false;

  constructor(clock: FakeClock, broken: string[], order: () => number) {
    this.#clock = clock;
    this.#broken = broken;
    this.#order = order;
  }

  fetch(attempt: Attempt): Promise<Token> {
    const key = Number(attempt.tenant);
    if (this.#requests.some((other) => other.key === key && isLive(other)))
      this.#broken.push('two token requests of one key at a time');
    return new Promise((resolve, reject) => {
      const [number, sentAt] = [++this.#numbers, this.#clock.now()];
      const request = { attempt, key, number, sentAt, over: false, resolve, reject };
      this.#requests.push(request);
      if (this.#healthy) this.#resolve(request, false);
    });
  }

  /** Requests that a flight still waits for. */
  get live(): number {
    this.#requests = this.#requests.filter((request) => !request.over);
    return this.#requests.filter(isLive).length;
  }

  /** @param repeat give the last token of that key again */
  answer(which: number, repeat: boolean): void {
    const request = this.#pick(which);
    if (request) this.#resolve(request, repeat);
  }

  fail(which: number, how: 'transient' | 'permanent' | 'retry-after' | 'thrown'): void {
    const request = this.#pick(which);
    if (!request) return;
    request.over = true;
    const retryAt = this.#clock.now() + 25 * SECOND;
    const errors = {
      transient,
      permanent,
      'retry-after': () => transient({ retryAt }),
      thrown: () => new Error('a bug'),
    };
    request.reject(errors[how]());
  }

  revoke(): void {
    for (const issue of this.issues.values()) issue.revoked = true;
  }

  isRevoked(token: Token): boolean {
    return this.issues.get(token.accessToken)!.revoked;
  }

  /** From here on it answers at once, also those who wait already. */
  heal(): void {
    this.#healthy = true;
    for (const request of this.#requests) if (isLive(request)) this.#resolve(request, false);
  }

  /** Any that has not been answered, also one whose flight has given up: its answer comes late. */
  #pick(which: number): Request | undefined {
    const open = this.#requests.filter(({ over }) => !over);
    return open.at(which % Math.max(1, open.length));
  }

  #resolve(request: Request, repeat: boolean): void {
    request.over = true;
    const { key, number, sentAt } = request;
    const arrival = { order: this.#order(), arrivedAt: this.#clock.monotonic() };
    const latest = this.#latest.get(key);
    if (repeat && latest) {
      if (isHeard(request)) Object.assign(this.issues.get(latest.accessToken)!, arrival);
      request.resolve(latest);
      return;
    }
    const token = createToken({ accessToken: `token-${number}`, issuedAt: sentAt, lifetimeMs: LIFETIME });
    this.issues.set(token.accessToken, { key, number, ...arrival, revoked: false });
    if (isHeard(request)) this.#latest.set(key, token);
    request.resolve(token);
  }
}

function isHeard({ attempt }: Request): boolean {
  return !attempt.signal.aborted;
}

function isLive(request: Request): boolean {
  return !request.over && isHeard(request);
}
