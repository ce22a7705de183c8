import type { IncomingMessage, ServerResponse } from 'node:http';
import { onHead, receiveApiRequest } from './api-request.js';
import { guardedRoute, openRoute } from './api-routes.js';
import { createChallenger } from './challenge.js';
import { createGate } from './gate.js';
import { startHost } from './host.js';
import { checkTimes } from './options.js';
import { readProtectedApiOptions } from './protected-api-options.js';
import type { ApiHandler, ApiRequest, ProtectedApi, ProtectedApiOptions } from './protected-api-types.js';
import { createScript } from './script.js';
import { createTally } from './tally.js';
import { createTokenFinder } from './token-location.js';

/**
 * Starts an API that wants an access token (RFC 6750) on 127.0.0.1 and a free port: real HTTP, an echo on most paths, and paths for
 * the ways in which an API can say no.
 *
 * @param options which tokens are good, and where they are looked for
 * @throws {TypeError} (as a rejection) naming the option that is missing, unknown or wrong.
 * @example
 * ```ts
 * import { startProtectedApi, startTokenServer } from 'axios-client-credentials/testing';
 *
 * await using server = await startTokenServer();
 * await using upstream = await startProtectedApi({ accepts: server });
 *
 * upstream.rejectNext(); // the next request gets 401, whatever its token
 * ```
 */
export async function startProtectedApi(options: ProtectedApiOptions): Promise<ProtectedApi> {
  const { accepts, realm, tokenFrom, latencyMs } = readProtectedApiOptions(options);
  const finder = createTokenFinder(tokenFrom);
  const challenger = createChallenger(finder.scheme, realm);
  const gate = createGate();
  const rejections = createScript<{ headers: Record<string, string> | undefined }>();
  const tally = createTally('requests', 'accepted', 'rejected');
  const requests: ApiRequest[] = [];
  let handler: ApiHandler | undefined;
  const host = await startHost((incoming, response) => tally.track(response, () => serve(incoming, response)));

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receiveApiRequest(incoming, finder);
    record(request, response);
    await gate.pass();
    await host.pause(latencyMs());
    const answered = handler?.(request, response) === true || response.headersSent;
    if (!answered) await answer(request, response);
  }

  function record(request: { -readonly [K in keyof ApiRequest]: ApiRequest[K] }, response: ServerResponse): void {
    requests.push(request);
    tally.count('requests');
    onHead(response, (status) => {
      request.status = status;
      tally.count(status === 401 ? 'rejected' : 'accepted');
    });
  }

  function answer(request: ApiRequest, response: ServerResponse): void | Promise<void> {
    const exchange = { request, response, finder, challenger, pause: host.pause };
    const open = openRoute(request.path);
    if (open !== undefined) return open(exchange);
    const rejection = rejections.take();
    if (rejection !== undefined) return challenger.rejectToken(response, rejection);
    if (request.token === undefined) return challenger.demandToken(response);
    if (!accepts(request.token)) return challenger.rejectToken(response);
    return guardedRoute(request.path)(exchange);
  }

  async function close(): Promise<void> {
    const closed = host.close();
    gate.release();
    await closed;
  }

  return {
    url: host.url,
    requests,
    stats: tally.read,
    resetStats() {
      tally.reset();
      requests.length = 0;
    },
    hold: gate.hold,
    rejectNext(n = 1, headers) {
      checkTimes('rejectNext', n, 0);
      if (n === 0) rejections.clear();
      else rejections.append({ headers }, n);
    },
    intercept(next) {
      handler = next;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
