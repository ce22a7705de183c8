import { TokenEndpointError } from '../../lib/errors.js';
import { createToken, type Token } from '../../lib/token.js';
import type { Machine, TimeLine } from './fleet-network.js';
import { permanent, SECOND, transient } from './rig.js';

export const LIFETIME = 120 * SECOND;

export type Fault = 'network' | 'server error' | 'permanent' | 'retry-after';

interface Request {
  machine: Machine;
  /** What the token is for, with the credential that asks for it. */
  name: string;
  number: number;
  sentAt: number;
  /** What the wall clock of the machine said then. */
  sentWall: number;
  over: boolean;
  resolve: (token: Token) => void;
  reject: (error: unknown) => void;
}

/** What is known of a token. Times are those of the time line. */
export interface Issue {
  name: string;
  machine: Machine;
  /** That of its request: the later it was asked for, the higher. */
  number: number;
  sentAt: number;
  arrivedAt: number;
  revoked: boolean;
}

/** The token endpoint of the whole fleet. It answers when it is told to, or after `latencyMs` when it is healthy. */
export class FleetEndpoint {
  readonly issues = new Map<string, Issue>();
  /** Of every request: what for, and when. */
  readonly asked: { name: string; at: number }[] = [];
  revocations = 0;
  readonly #line: TimeLine;
  readonly #cutOff = new Set<Machine>();
  #requests: Request[] = [];
  #isHealed = false;
  #latencyMs: number | undefined;

  constructor(line: TimeLine, latencyMs: number | undefined) {
    this.#line = line;
    this.#latencyMs = latencyMs;
  }

  fetch(machine: Machine, name: string): Promise<Token> {
    if (machine.isDead) return new Promise(() => undefined);
    this.asked.push({ name, at: this.#line.now });
    return new Promise((resolve, reject) => {
      const request: Request = {
        machine,
        name,
        number: this.asked.length,
        sentAt: this.#line.now,
        sentWall: machine.now(),
        over: false,
        resolve,
        reject,
      };
      this.#requests.push(request);
      this.#soon(request);
    });
  }

  answer(which: number): void {
    const request = this.#pick(which);
    if (request) this.#resolve(request);
  }

  fail(which: number, fault: Fault): void {
    const request = this.#pick(which);
    if (!request) return;
    request.over = true;
    const { machine } = request;
    machine.deliver(() => {
      request.reject(errors[fault](machine.now()));
    });
  }

  /** It cannot be reached from there. */
  cutOff(machine: Machine): void {
    this.#cutOff.add(machine);
  }

  /** It is, or has been. */
  wasCutOff(machine: Machine): boolean {
    return this.#cutOff.has(machine);
  }

  revoke(): void {
    this.revocations += 1;
    for (const issue of this.issues.values()) issue.revoked = true;
  }

  isRevoked(token: Token): boolean {
    return this.issues.get(token.accessToken)!.revoked;
  }

  heal(): void {
    this.#latencyMs ??= 0;
    this.#isHealed = true;
    for (const request of this.#requests) this.#soon(request);
  }

  #soon(request: Request): void {
    if (this.#latencyMs === undefined || (this.#cutOff.has(request.machine) && !this.#isHealed)) return;
    this.#line.after(this.#latencyMs, () => {
      this.#resolve(request);
    });
  }

  #pick(which: number): Request | undefined {
    this.#requests = this.#requests.filter(({ over, machine }) => !over && !machine.isDead);
    return this.#requests.at(which % Math.max(1, this.#requests.length));
  }

  #resolve(request: Request): void {
    if (request.over) return;
    request.over = true;
    const { machine, name, number, sentAt, sentWall } = request;
    const accessToken = `token-${number}`;
    const issue = { name, machine, number, sentAt, arrivedAt: Infinity, revoked: false };
    this.issues.set(accessToken, issue);
    machine.deliver(() => {
      issue.arrivedAt = this.#line.now;
      request.resolve(createToken({ accessToken, issuedAt: sentWall, lifetimeMs: LIFETIME }));
    });
  }
}

const errors: Record<Fault, (now: number) => Error> = {
  network: () => transient(),
  'server error': () => new TokenEndpointError('server_error', { status: 503, permanent: false }),
  permanent,
  'retry-after': (now) => transient({ retryAt: now + 25 * SECOND }),
};
