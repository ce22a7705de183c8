import type { AxiosRequestConfig } from 'axios';
import { parseText, plainHeaders } from '../answer.js';
import type { EndpointAnswer, TokenRequest } from '../contract.js';
import { isTokenError, TokenConfigError } from '../errors.js';
import { builtin } from '../runtime.js';
import { isInsecure } from '../transport.js';
import { insecureEndpoint, isFetch, LARGEST_ANSWER } from './token-client.js';

export interface EndpointRequest {
  url: URL;
  method: string;
  /** `false`: not sent, whatever axios would put there. */
  headers: Record<string, string | false | undefined>;
  body: unknown;
  agentOptions: Record<string, unknown>;
  /** Printable address, for messages. */
  endpoint: string;
  /** What must not appear in any message. */
  secrets: readonly string[];
  /** A service of the machine itself: plain http will do, and nobody stands between. */
  metadataService: boolean;
}

/**
 * One HTTP exchange with the token endpoint: any answer is returned, whatever its status.
 *
 * @throws TokenNetworkError, TokenTimeoutError, TokenResponseError (answer over 1 MiB), InsecureTransportError
 */
export async function exchange(
  { url, method, headers, body, agentOptions, endpoint, secrets, metadataService }: EndpointRequest,
  request: TokenRequest,
): Promise<EndpointAnswer> {
  if (!request.allowInsecureHttp && !metadataService && isInsecure(url)) throw insecureEndpoint(url);
  const agents = agentsFor(agentOptions, metadataService);
  try {
    const response = await request.http.request<unknown>({
      ...untouched,
      ...marked,
      url: url.href,
      method,
      headers,
      data: body,
      signal: request.signal,
      ...agents,
      ...(agents.httpsAgent && overNode(request.http)),
      ...(metadataService && direct),
    });
    const answer = readAnswer(response);
    if (answer.text.length > LARGEST_ANSWER) throw (await import('./transport-fault.js')).tooLarge(endpoint);
    return answer;
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (isTokenError(error)) throw error;
    const { transportFault } = await import('./transport-fault.js');
    throw transportFault(error, endpoint, secrets);
  } finally {
    agents.httpAgent?.destroy();
    agents.httpsAgent?.destroy();
  }
}

interface Agents {
  httpAgent?: { destroy(): void } | undefined;
  httpsAgent?: { destroy(): void } | undefined;
}

/**
 * For this exchange alone: a client certificate is part of who asks, and may be another one the next time. What the attached instance
 * or the process uses may lead through a proxy, whose own metadata service would answer.
 */
function agentsFor(options: Record<string, unknown>, metadataService: boolean): Agents {
  const [http, https] = [builtin('node:http'), builtin('node:https')];
  const own = Object.keys(options).length > 0;
  return {
    ...(http && metadataService && { httpAgent: new http.Agent() }),
    ...(https && (own || metadataService) && { httpsAgent: new https.Agent(options) }),
  };
}

const asIs = (data: unknown): unknown => data;

/** The text goes out and comes in as it is, wherever it comes from; nothing of the instance's own habits applies. */
const untouched: AxiosRequestConfig = {
  transformRequest: [asIs],
  transformResponse: [asIs],
  responseType: 'text',
  validateStatus: () => true,
  maxRedirects: 0,
  maxContentLength: LARGEST_ANSWER,
  fetchOptions: { redirect: 'manual' },
};

/** Tells whoever watches the axios of a token request which requests are exchanges, and which are somebody else's. */
const marked = { isExchange: true } as const;

/** What is in an agent, such as a client certificate, would be lost with fetch, without a word. */
function overNode({ defaults: { adapter } }: TokenRequest['http']): object {
  return { ownAgent: true, ...(isFetch(adapter) && { adapter: 'http' }) };
}

/** Past every proxy; the token client has its own eye on plain http. */
const direct = { proxy: false, metadataService: true } as const;

/** An axios response as an answer. A mock may hand over parsed data where a server sends text. */
export function readAnswer(response: { status: number; headers: unknown; data: unknown }): EndpointAnswer {
  const { data, status } = response;
  if (typeof status !== 'number') {
    throw new TokenConfigError(
      'The axios given as `http` answers something else than a response: one of its interceptors replaces it.',
      {
        option: 'http',
      },
    );
  }
  const headers = plainHeaders(response.headers);
  if (typeof data === 'string') {
    const text = data.replace(/^\ufeff/, '');
    return { status, headers, text, body: parseText(text, headers['content-type'] ?? '') };
  }
  return { status, headers, text: data === undefined || data === null ? '' : JSON.stringify(data), body: data };
}
