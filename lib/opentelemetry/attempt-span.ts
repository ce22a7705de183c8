import { type Attributes, type Context, type Span, SpanStatusCode } from '@opentelemetry/api';
import { type Failure, failureAttributes } from './failure.js';
import { OUTCOME, PREFIX, REASON } from './names.js';
import type { Within } from '../attach/core.js';
import type { Clock } from '../clock.js';
import { isTokenError } from '../errors.js';

/** Told once of each token request: how long it took, and how it ended. */
export type Ended = (seconds: number, attributes: Attributes) => void;

interface AttemptSpanOptions {
  readonly span: Span;
  /** What the request runs in. */
  readonly context: Context;
  readonly request: Parameters<Within>[0];
  readonly clock: Clock;
  /** How many calls have waited for it. */
  readonly waiting: () => number;
  readonly ended: Ended;
}

/** The span of one token request, from its turn to its end. Of two ends the first counts. */
export class AttemptSpan {
  readonly #options: AttemptSpanOptions;
  readonly #startedAt: number;
  #isOver = false;

  constructor(options: AttemptSpanOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  get span(): Span {
    return this.#options.span;
  }

  get context(): Context {
    return this.#options.context;
  }

  issued(): void {
    this.#end({ [OUTCOME]: 'issued' });
  }

  failed(failure: Failure): void {
    const { signal } = this.#options.request;
    if (signal.aborted && !isTokenError(signal.reason)) this.abandoned();
    else this.#end({ [OUTCOME]: 'failed', ...failureAttributes(failure) }, failure);
  }

  /** Another process was faster: what this one would have brought is not needed any more. */
  abandoned(): void {
    this.#end({ [OUTCOME]: 'abandoned' });
  }

  #end(outcome: Attributes, failure?: Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { span, request, clock, waiting, ended } = this.#options;
    span.setAttributes({ ...outcome, [`${PREFIX}.waiting_calls`]: waiting() });
    if (failure) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(failure) });
    span.end();
    ended((clock.monotonic() - this.#startedAt) / 1000, { [REASON]: request.reason, ...outcome });
  }
}

/** Our own words show no secret. What a source of the user's own says may: it stays here. */
function messageOf({ code, message = '' }: Failure): string {
  return code === 'ERR_TOKEN_SOURCE' || message === '' ? code : message;
}
