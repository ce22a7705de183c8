import { Agent, get as httpGet, type IncomingMessage, request as httpRequest } from 'node:http';
import type { View } from '../../examples/bff/live/board.js';

// A browser as far as HTTP goes: it keeps its cookie and its connections, and writes down every byte that it is sent.

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

export type State = View & { running: boolean };

/** Server-sent events as they come. */
export interface Stream {
  status: number;
  headers: IncomingMessage['headers'];
  /** The first state that is as wanted, of those that have come and will come. */
  until(wanted: (state: State) => boolean): Promise<State>;
  ended: Promise<void>;
}

export interface Visitor {
  /** As it is sent: `session=…`. Set it to play somebody else. */
  cookie: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  /** With headers of its own, and nothing else but the cookie. */
  send(method: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  events(): Promise<Stream>;
  /** Everything that was received, headers too. */
  received(): string;
  leave(): void;
}

export function visitor(url: string): Visitor {
  const agent = new Agent({ keepAlive: true });
  const streams: IncomingMessage[] = [];
  let bytes = '';

  const self: Visitor = {
    cookie: '',
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, { 'content-type': 'application/json' }, JSON.stringify(body)),
    send: (method, path, headers) => call(method, path, headers),
    events: openEvents,
    received: () => bytes,
    leave() {
      for (const stream of streams) stream.destroy();
      agent.destroy();
    },
  };

  const note = ({ rawHeaders }: IncomingMessage): void => void (bytes += `${rawHeaders.join('\n')}\n`);

  function call(method: string, path: string, more: Record<string, string> = {}, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { cookie: self.cookie, ...more };
      const request = httpRequest(url + path, { method, headers, agent }, (response) => {
        note(response);
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => {
          bytes += text;
          const [set] = response.headers['set-cookie'] ?? [];
          if (set !== undefined) self.cookie = set.split(';')[0]!;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  function openEvents(): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const request = httpGet(`${url}/live/events`, { headers: { cookie: self.cookie }, agent: false }, (response) => {
        note(response);
        streams.push(response);
        resolve(follow(response));
      });
      request.once('error', reject);
    });
  }

  function follow(response: IncomingMessage): Stream {
    const states: State[] = [];
    const watchers = new Set<() => void>();
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      bytes += chunk;
      const messages = (rest + chunk).split('\n\n');
      rest = messages.pop()!;
      for (const message of messages) {
        if (message.startsWith('data: ')) states.push((JSON.parse(message.slice(6)) as { state: State }).state);
      }
      for (const look of watchers) look();
    });
    response.on('error', () => {}); // `ended` tells
    const ended = new Promise<void>((resolve) => response.once('close', resolve));
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      until: (wanted) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const found = states.find(wanted);
            if (!found) return;
            watchers.delete(look);
            resolve(found);
          };
          watchers.add(look);
          void ended.then(() => reject(new Error('the stream ended before that')));
          look();
        }),
      ended,
    };
  }

  return self;
}
