import { type Context, context, createContextKey, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';
import { AttemptSpan, type Ended } from './attempt-span.js';
import { type Failure, failureOf } from './failure.js';
import { Links } from './links.js';
import { NAME, PREFIX, REASON, SERVER_ADDRESS, SERVER_PORT } from './names.js';
import { propagate } from './propagation.js';
import { quietly } from './quietly.js';
import type { Core, Within } from '../attach/core.js';
import type { FlightSubject } from '../events.js';

type Request = Parameters<Within>[0];

/** One acquisition, as long as it lasts. */
interface Flight {
  readonly links: Links;
  waiting: number;
  /** Nobody waited when it began: its spans are no part of a call's trace. */
  isRoot?: boolean;
  attempt?: AttemptSpan;
}

export interface AttemptsOptions {
  name: string;
  core: Core;
  startSpan: ReturnType<typeof trace.getTracer>['startSpan'];
  ended: Ended;
}

const INSIDE = createContextKey('axios-client-credentials.attempts');

/** A span for each token request: a child of the call that began it, linked to the others that wait for it. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #flights = new Map<number, Flight>();
  /** The requests of an attempt are known by its signal, also where no context manager is registered. */
  readonly #contexts = new WeakMap<object, Context>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Lets the token requests carry the trace context. Returns the function that ends it. */
  propagate(): () => void {
    return propagate(
      this.#options.core.http,
      ({ signal }) => {
        const active = context.active();
        return active.getValue(INSIDE) === this ? active : signal && this.#contexts.get(signal);
      },
      (inside, { hostname, port, protocol }) => {
        trace.getSpan(inside)?.setAttributes({
          [SERVER_ADDRESS]: hostname,
          [SERVER_PORT]: Number(port || (protocol === 'https:' ? 443 : 80)),
        });
      },
    );
  }

  /** What a token request runs within. A fault of a tracer never becomes one of the request. */
  readonly within: Within = (request) => {
    const { clock } = this.#options.core;
    const begun = context.active();
    const queuedAt = clock.monotonic();
    return (run) => {
      const attempt = quietly(() => this.#begin(request, begun, clock.monotonic() - queuedAt));
      if (!attempt) return run();
      const token = context.with(attempt.context, run);
      token.then(
        () => quietly(() => attempt.issued()),
        (error: unknown) => quietly(() => attempt.failed(failureOf(error))),
      );
      return token;
    };
  };

  /** A call begins to wait; its span is the active one. */
  awaited({ flight: id }: FlightSubject): void {
    const flight = this.#flight(id);
    flight.waiting += 1;
    const link = flight.links.add(trace.getActiveSpan());
    if (link) (flight.attempt?.span as Partial<Span> | undefined)?.addLink?.(link); // an SDK may be older than the API
  }

  /** An acquisition is over. Where it did not wait for its last attempt, neither does the span. */
  landed({ flight: id }: FlightSubject, failure?: Failure): void {
    const { attempt } = this.#flights.get(id) ?? {};
    this.#flights.delete(id);
    if (failure) attempt?.failed(failure);
    else attempt?.abandoned();
  }

  #flight(id: number): Flight {
    let flight = this.#flights.get(id);
    if (!flight) this.#flights.set(id, (flight = { links: new Links(), waiting: 0 }));
    return flight;
  }

  #begin(request: Request, begun: Context, queuedMs: number): AttemptSpan {
    const { core, startSpan, ended } = this.#options;
    const flight = this.#flight(request.flight);
    const call = trace.getSpan(begun);
    flight.isRoot ??= request.background;
    if (!flight.isRoot) flight.links.leaveOut(call);
    else if (call?.isRecording()) flight.links.add(call); // a timer may still have the context of a call that ended long ago
    const span = startSpan(
      'token request',
      {
        kind: SpanKind.CLIENT,
        root: flight.isRoot,
        links: flight.links.all,
        attributes: this.#describe(request, queuedMs),
      },
      begun,
    );
    // Everybody's request: what the call that began it says about itself must not travel with it.
    const inside = propagation.deleteBaggage(trace.setSpan(begun, span)).setValue(INSIDE, this);
    this.#contexts.set(request.signal, inside);
    return (flight.attempt = new AttemptSpan({
      span,
      context: inside,
      request,
      clock: core.clock,
      waiting: () => flight.waiting,
      ended,
    }));
  }

  #describe(request: Request, queuedMs: number): NonNullable<Parameters<Span['setAttributes']>[0]> {
    const { key, scope, tenant, reason, attempt, background } = request;
    return {
      [NAME]: this.#options.name,
      [REASON]: reason,
      [`${PREFIX}.key`]: key,
      [`${PREFIX}.attempt`]: attempt,
      [`${PREFIX}.background`]: background,
      [`${PREFIX}.queue.duration`]: queuedMs / 1000,
      ...(scope === undefined ? {} : { [`${PREFIX}.scope`]: [scope].flat() }),
      ...(tenant === undefined ? {} : { [`${PREFIX}.tenant`]: tenant }),
    };
  }
}
