import { isSpanContextValid, type Link, type Span } from '@opentelemetry/api';

/** What a span may have by default. Of more, an SDK would keep the last ones, and warn. */
const MOST = 128;

/** The calls that wait for a token, each one once: calls of one span are one. */
export class Links {
  readonly #links = new Map<string, Link>();
  #leftOut: string | undefined;

  get all(): Link[] {
    return [...this.#links.values()];
  }

  /** Returns the link where it is a new one. */
  add(span: Span | undefined): Link | undefined {
    const call = span && idOf(span);
    if (!call || call === this.#leftOut || this.#links.has(call) || this.#links.size >= MOST) return undefined;
    const link = { context: span.spanContext() };
    this.#links.set(call, link);
    return link;
  }

  /** It is the parent, and needs no link. */
  leaveOut(span: Span | undefined): void {
    this.#leftOut = span && idOf(span);
    if (this.#leftOut) this.#links.delete(this.#leftOut);
  }
}

function idOf(span: Span): string | undefined {
  const called = span.spanContext();
  return isSpanContextValid(called) ? `${called.traceId}-${called.spanId}` : undefined;
}
