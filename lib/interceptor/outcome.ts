import type { AxiosResponse } from 'axios';
import type { Token } from '../token.js';
import { parseUrl } from '../transport.js';
import type { Authored } from './authored.js';
import { cleaned } from './undo.js';

// How a send ended.

export interface Sent {
  request: Authored;
  /** The one that it carried. */
  token: Token;
  /** `undefined`: no answer came. */
  response: AxiosResponse | undefined;
  error?: unknown;
  /** The placement has been told of the answer (`resendFor`). */
  isHeard?: true;
}

export type Answered = Sent & { response: AxiosResponse };

export function failed(request: Authored, token: Token, error: unknown): Sent {
  const { response } = (error ?? {}) as { response?: AxiosResponse };
  return { request, token, response, error: cleaned(error) };
}

export function hasAnswer(sent: Sent): sent is Answered {
  return sent.response !== undefined;
}

export function settle({ response, error }: Sent): AxiosResponse {
  if (error !== undefined || !response) throw error as Error;
  return response;
}

/** Whether redirects have led to a server that must not see the token. */
export function isForeign({ request, response }: Answered): boolean {
  const answeredBy = finalUrl(response);
  return answeredBy !== undefined && !request.mayFollow(answeredBy);
}

/** Where redirects have led, as far as the adapter tells: http does, xhr too, fetch does not. */
export function finalUrl({ request }: AxiosResponse): string | undefined {
  const { res, responseURL, _redirectable } = (request ?? {}) as {
    res?: { responseUrl?: string };
    responseURL?: string;
    _redirectable?: { _redirectCount?: number };
  };
  // Without a redirect the answer came from the target, under whatever name a socket path or a proxy gives it.
  const url = (_redirectable?._redirectCount ?? 0) > 0 ? res?.responseUrl : responseURL;
  return url === undefined ? undefined : parseUrl(url)?.href; // a mock may say no more than the path
}
