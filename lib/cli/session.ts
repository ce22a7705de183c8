import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachToken } from '../attach.js';
import type { TokenHandle } from '../attach/handle.js';
import type { AttachTokenOptions } from '../attach/options.js';
import { plainHeaders } from '../answer.js';
import type { FetchToken, TokenSource } from '../contract.js';
import { printableUrl } from '../redact.js';
import { parseUrl } from '../transport.js';
import type { SourceOptions } from './options.js';
import { skewOf } from './time.js';
import type { Terminal } from './terminal.js';

/** An axios with its tokens, as an application has it, and what was seen of the token endpoint. */
export interface Session {
  api: AxiosInstance;
  handle: TokenHandle;
  seen: Seen;
}

export interface Seen {
  /** Printable address of the last token request. */
  endpoint?: string;
  /** How far this clock is ahead of the endpoint's, in seconds; `undefined`: it did not say. */
  skewS?: number | undefined;
}

/** Works with a session, and closes it. */
export async function withSession<T>(
  source: TokenSource | FetchToken,
  attach: AttachTokenOptions & { baseURL?: string | undefined },
  options: SourceOptions,
  terminal: Terminal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { baseURL, ...others } = attach;
  const api = axios.create(baseURL === undefined ? {} : { baseURL });
  const seen: Seen = {};
  const handle = attachToken(api, source, {
    ...others,
    allowInsecureHttp: options.allowInsecureHttp,
    tokenTimeoutMs: options.timeout * 1000,
    http: { adapter: (config) => watched(config, seen, terminal) },
  });
  handle.on('token:failed', ({ attempt, retryInMs }) => {
    if (retryInMs !== undefined) terminal.say(`Attempt ${attempt} failed; one more in ${Math.ceil(retryInMs)} ms.`);
  });
  try {
    return await work({ api, handle, seen });
  } finally {
    await handle.close({ timeoutMs: 0 }); // whatever is still under way is not waited for: somebody has pressed Ctrl+C
  }
}

/** Sends a token request as axios does by itself, and notes what comes back. */
async function watched(config: InternalAxiosRequestConfig, seen: Seen, terminal: Terminal) {
  const url = parseUrl(config.url, config.baseURL);
  if (url) terminal.busy(`Asking ${printableUrl(url)} …`);
  const response = await axios.getAdapter('http')(config);
  if (url) seen.endpoint = printableUrl(url);
  seen.skewS = skewOf(plainHeaders(response.headers).date);
  return response;
}
