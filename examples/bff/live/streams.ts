import type { ServerResponse } from 'node:http';

/** Server-sent events: to every browser the whole state, anew twice a second. Whoever misses one misses nothing. */
export interface Streams {
  /** Takes the response over. `read` says what to send; `undefined` ends the stream. */
  open(response: ServerResponse, read: () => object | undefined): void;
  /** Ends all, and takes no more. */
  close(): void;
}

export interface StreamOptions {
  /** Between two states. Default 500. */
  everyMs?: number | undefined;
  /** How long a browser may leave what it was sent unread. Default 30 000. */
  patienceMs?: number | undefined;
  /** Without a change, a sign of life comes after this time. Default 5 000. */
  beatMs?: number | undefined;
  /** How many at a time. Default 100. */
  max?: number | undefined;
}

/** An end that is not read by then does not hold up the end of the server. */
const lingerMs = 1_000;

interface Stream {
  response: ServerResponse;
  read: () => object | undefined;
  sent: string;
  sentAt: number;
  /** Since when it has not taken what it was sent. */
  fullSince: number | undefined;
}

export function createStreams({
  everyMs = 500,
  patienceMs = 30_000,
  beatMs = 5_000,
  max = 100,
}: StreamOptions = {}): Streams {
  const streams = new Set<Stream>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function send(stream: Stream): void {
    const { response, fullSince } = stream;
    const now = Date.now();
    if (fullSince !== undefined) {
      if (now - fullSince > patienceMs) end(stream); // it holds memory, and will come back if it is alive
      return;
    }
    const state = stream.read();
    if (state === undefined) {
      end(stream);
      return;
    }
    const text = JSON.stringify(state);
    // What has not changed is not sent again; but a sign of life is.
    const changed = text !== stream.sent;
    if (!changed && now - stream.sentAt < beatMs) return;
    stream.sent = text;
    stream.sentAt = now;
    const message = changed ? `data: {"now":${now},"state":${text}}\n\n` : `event: beat\ndata: ${now}\n\n`;
    if (!response.write(message)) {
      stream.fullSince = now;
      response.once('drain', () => (stream.fullSince = undefined));
    }
  }

  function end(stream: Stream): void {
    forget(stream);
    const { response, fullSince } = stream;
    const destroy = (): void => void response.destroy();
    if (fullSince !== undefined) {
      destroy(); // it does not read: the end would not come through
      return;
    }
    response.end();
    setTimeout(destroy, lingerMs).unref();
  }

  function forget(stream: Stream): void {
    streams.delete(stream);
    if (streams.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    open(response, read) {
      if (closed || streams.size >= max) {
        response.writeHead(503, { 'retry-after': '5' }).end();
        return;
      }
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no', // a proxy must not collect it
      });
      response.write(`retry: ${2 * everyMs}\n\n`);
      const stream: Stream = { response, read, sent: '', sentAt: 0, fullSince: undefined };
      streams.add(stream);
      timer ??= setInterval(() => streams.forEach(send), everyMs).unref();
      response.once('close', () => forget(stream));
      send(stream);
    },
    close() {
      closed = true;
      streams.forEach(end);
    },
  };
}
